"""What must be closed, by whom, until when: one list over all kinds of matter, from the declarations."""
