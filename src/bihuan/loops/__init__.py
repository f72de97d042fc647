"""What joins modules: one file a chain (`alerts.py`, `verification.py` …), each named after where the chain begins.

A chain listens to a module's steps (`registry.follows`) and brings the next module's matters; modules themselves do not
know each other. A figure that spans two modules' entries is declared in the chain's file, too (`FIGURES`, `SENTENCES`).
"""
