"""The bench's own arithmetic: a figure is worth what counts it."""
