"""Signatures by Standard Webhooks 1.0: https://github.com/standard-webhooks/standard-webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 24


def new_secret() -> str:
    """What both sides know: `whsec_` and 24 bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(message_id: str, timestamp: int, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The headers of a message: a signature for each of the secrets that are good, the newest first."""
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signatures = (hmac.digest(_key(each), content, hashlib.sha256) for each in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(each).decode()}" for each in signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))
