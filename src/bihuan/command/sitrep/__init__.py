"""The situation report behind its pages: which moment, which numbers, what is behind each, what changed since."""
