"""Which screens are alive, what they show, and what no screen shows."""
