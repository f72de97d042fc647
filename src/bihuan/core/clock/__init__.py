"""Working calendar, due dates and their explanation. Everything but the stored clocks runs without Django."""
