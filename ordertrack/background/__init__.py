"""Workers beside those of the server, in one process that it keeps: they work tenant after tenant."""
