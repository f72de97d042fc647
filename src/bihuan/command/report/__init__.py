"""The situation report: the day's figures in the organs' own form, each one opening to its records."""
