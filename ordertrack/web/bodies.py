"""How much a request may carry, and an answer."""

LARGEST_BODY = 64 * 1024  # bytes; what is larger is refused without being read
LARGEST_ANSWER = 4_000_000  # bytes of a page, a list or a frame, before it is compressed
