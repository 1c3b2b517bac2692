"""The reports: what is asked, what is read from the roll-up, and how it is drawn."""
