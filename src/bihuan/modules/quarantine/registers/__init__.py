"""The registers of quarantine: the list of sites (`sites`) and each site's register of people (`stays`).

`stays.REGISTERS` names both in the order in which they must be read. `rows` holds what they give; `episodes`
beside this package computes with it, so nothing is imported here.
"""
