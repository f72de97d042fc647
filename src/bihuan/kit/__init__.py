"""Web parts that every module shares: pages, templates, tags, forms, the look. See README.md."""
