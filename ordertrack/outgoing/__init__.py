"""What leaves the house: one client for every call, and secrets that are kept sealed."""
