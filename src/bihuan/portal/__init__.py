"""The public's front door: the page of a person under observation, opened by the code on the slip."""
