"""The roll-up: what the log says of each stage, kept by day."""
