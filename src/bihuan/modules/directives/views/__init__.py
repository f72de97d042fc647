"""The pages of directives."""
