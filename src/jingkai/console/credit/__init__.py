"""Credit: records of penalties and their repair, for the enterprise, its officers and as a call list.

    penalties + rule credit_repair ─► records (a row each, with the day it waits for) ─► lines ─► pages

The class of credit risk is for supervision alone: officers see it with its reasons, the enterprise does not.
"""
