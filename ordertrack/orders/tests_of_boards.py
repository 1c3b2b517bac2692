"""Orders that only show whether a board is there: nobody ate them, and no report tells of them."""

from __future__ import annotations

SENDER = "program:test-order"
"""Who sends them, as `idempotency_sender` of the order says; a key of the API is never called so."""
