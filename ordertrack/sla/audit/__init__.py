"""Reports held against the same figures worked out a second way."""
