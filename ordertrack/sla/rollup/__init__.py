"""Keeping the roll-up and the estimates as far as the log goes: extending, making anew, comparing."""
