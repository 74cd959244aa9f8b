"""Casework: enterprises ask, confirm and follow; offices accept, notify, review, decide and hand over."""
