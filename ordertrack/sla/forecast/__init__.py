"""How many orders the next days will bring, hour by hour, from the log; and how wrong that has been."""
