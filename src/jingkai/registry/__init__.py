"""Files of a zone's offices into immutable dated snapshots of clean facts.

files ─► reading (cells as text) ─► mapping (which fact) ─► cells (exact values)
      ─► collect (keys, refusals) ─► duplicates ─► merge (offices, precedence) ─► snapshot
"""
