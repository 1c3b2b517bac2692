"""A log as it is shown before anything is written: what was understood, decided, and would come of it."""
