"""The console: a site over a workspace, for anyone, enterprises, officers and analysts.

    workspace (snapshots, decisions, rules) ──read──┐
    database (accounts) ────────────────────────────┴─► pages, JSON, tables, API

`permissions.py` is the one table of who may open what; every view returns plain values that a template
shows and `?format=json` gives as they are. Nothing here decides: it asks the packages above.
"""
