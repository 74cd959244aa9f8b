"""Runs a compiled rulebook and keeps its answers.

Snapshot + Rulebook + date ─► Program ─► one lazy query ─► decisions/ID/*.arrow ─► DecisionRun
"""
