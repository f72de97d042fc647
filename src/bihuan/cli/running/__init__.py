"""What `bihuan up` runs and how it is watched. Folders of `cli` are no commands."""
