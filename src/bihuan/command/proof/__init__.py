"""Proofing a draft: every number of a text held against the figure it means."""
