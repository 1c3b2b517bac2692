"""Processes beside the server's workers: kept by the server, at work for one tenant after the other."""
