"""The enterprise's desk: what the rules give it, its facts and corrections, its decisions on paper."""
