"""Shifts, targets, the roll-up of the log, and the reports that are read from it."""
