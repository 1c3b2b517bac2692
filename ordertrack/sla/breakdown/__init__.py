"""What else the log says of a report's orders: by station, dish, rider, channel and person."""
