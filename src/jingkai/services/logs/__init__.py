"""Event logs of services: what was done in which case by whom and when, measured as it was run.

    CSV, XES ─► reading ─► events ─► cases ─► measures, flow, comparison, path map

Every figure comes from the log; what the log does not say is null.
"""

__all__: list[str] = []
