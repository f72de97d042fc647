"""The face of intake: hand in, confirm headings, look at what was found, take in, correct, receipt."""
