"""Inspections on the desks: planned visits carried out, others proposed and approved, all of them counted.

A visit is its events (`state`), a step is judged before it is written down (`steps`); the plan's visits
come from `assign`, others from `unplanned`; what was done goes into the ledger by `records`.
"""
