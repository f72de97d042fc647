"""What a matter's page shows: its history in words, where it stands, who it is about, what belongs to it."""
