"""Service items and cases: what is asked for, how long it may take, which step is lawful.

    items/*.yaml + bundles/*.yaml + law.yaml ─► catalogue (checked) ─► clock, case, entitlement
    logs/: event log ─► measures, comparison, path map

Nothing here keeps a case: a case is its list of events, and its state is computed from them.
"""

__all__: list[str] = []
