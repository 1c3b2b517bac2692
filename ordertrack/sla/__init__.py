"""Times and targets: the roll-up of the log, the estimates, and the reports that are read from them."""
