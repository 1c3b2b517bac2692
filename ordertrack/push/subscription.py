"""What a browser hands over so that it can be told: an address at its push service and two keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from ordertrack.outgoing import addresses, sealing
from ordertrack.outgoing.failures import AddressRefused

_LONGEST = 1000  # characters; addresses of today's services have a few hundred
_AUTH = 16  # bytes


class MalformedSubscription(ValueError):
    """It is none that a browser makes."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`endpoint` comes from a stranger's browser: only `outgoing.client` may call it."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def digest(self) -> str:
        """Which one it is, in 32 characters."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()[:32]

    def sealed(self) -> str:
        """As it is kept: whoever has it can write to that device."""
        return sealing.seal(json.dumps([self.endpoint, self.p256dh, self.auth]).encode())

    @classmethod
    def unsealed(cls, sealed: str) -> Subscription:
        return cls(*json.loads(sealing.unseal(sealed)))

    @property
    def service(self) -> str:
        """The push service: scheme, host and port."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}".lower()


def read(body: bytes) -> Subscription:
    """What a browser sends of it; raises MalformedSubscription."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedSubscription("no JSON") from None
    return parsed(said)


def parsed(said: object) -> Subscription:
    """Of `PushSubscription.toJSON()`; raises MalformedSubscription. Where it leads is not looked at here."""
    keys = said.get("keys") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(keys, Mapping):
        raise MalformedSubscription("no subscription")
    found = Subscription(_text(said, "endpoint"), _text(keys, "p256dh"), _text(keys, "auth"))
    _refuse_address(found.endpoint)
    _refuse_keys(found)
    return found


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isascii():
        raise MalformedSubscription(name)
    return value


def _refuse_address(endpoint: str) -> None:
    """Of where it leads nothing is asked here: whoever calls it does."""
    try:
        target = addresses.read(endpoint)
    except AddressRefused as refused:
        raise MalformedSubscription(str(refused)) from None
    if target.scheme != "https" and not addresses.is_private_allowed():
        raise MalformedSubscription("A push service is called over https.")
    if ":" in target.host:
        raise MalformedSubscription("A push service has a name.")  # what is signed for it must name it


def _refuse_keys(subscription: Subscription) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(subscription.p256dh))
        is_whole = len(_bytes(subscription.auth)) == _AUTH
    except (ValueError, binascii.Error):
        is_whole = False
    if not is_whole:
        raise MalformedSubscription("keys")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
