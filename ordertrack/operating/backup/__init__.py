"""One file of everything: made while it serves, held against the log, and brought back."""
