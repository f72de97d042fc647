"""The pages of alert lists."""
