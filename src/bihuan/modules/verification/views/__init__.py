"""The pages of verification."""
