"""Programs that ask for a log from its beginning, all at once."""
