"""jingkai (经开): the policy of China's national economic development zones as decisions.

Files of a zone go in, dated snapshots of facts come out (`registry`); rules written as data
(`policies`, in the language of `rulebook`) run over them (`engine`); every decision is
explained to its article (`explain`).
"""

__version__ = "0.1.0"
