"""Backup and restore of a whole county. Folders of `cli` are no commands."""
