"""Attacks on the servers of two checkouts, and how honest people fare on them meanwhile."""
