"""How much a request may carry."""

LARGEST_BODY = 64 * 1024  # bytes; what is larger is refused without being read
