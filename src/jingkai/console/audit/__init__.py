"""The auditor's desk: the trail, and whether it holds."""
