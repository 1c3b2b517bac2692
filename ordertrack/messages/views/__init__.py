"""Pages of messages for managers and guests, and what providers call."""
