"""Positions in the log as a guest's page is told them: they do not count what a company does."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from hashlib import blake2b

from ordertrack.live.cursor import Cursor, MalformedCursor

_FORM = re.compile(r"([0-9a-f]{8})-([0-9a-f]{32})", re.ASCII)
_ROUNDS = 4  # make a permutation that cannot be told from a random one (Luby and Rackoff)
_HALF = 8  # bytes


class Positions:
    """Enciphers the positions that pages of an order begin from, under a key of the order's own.

    Pages tell histories apart by what stands before the hyphen, as in any cursor.
    """

    def __init__(self, secret: str) -> None:
        self._key = blake2b(secret.encode(), person=b"guest positions").digest()
        self._key_of = lru_cache(maxsize=1024)(self._derive)

    def tell(self, order_id: uuid.UUID, cursor: Cursor) -> str:
        key = self._key_of(order_id)
        left, right = (number.to_bytes(_HALF) for number in cursor)
        for turn in range(_ROUNDS):
            left, right = right, _mixed(left, key, turn, right)
        return f"{_name_of(cursor.epoch, key)}-{left.hex()}{right.hex()}"

    def read(self, order_id: uuid.UUID, text: str) -> Cursor:
        """What was told of this order; raises MalformedCursor on anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise MalformedCursor(f"{text[:40]!r} is no position that a guest's page was told.")
        key, block = self._key_of(order_id), bytes.fromhex(match[2])
        left, right = block[:_HALF], block[_HALF:]
        for turn in reversed(range(_ROUNDS)):
            left, right = _mixed(right, key, turn, left), left
        cursor = Cursor(int.from_bytes(left), int.from_bytes(right))
        if match[1] != _name_of(cursor.epoch, key):
            raise MalformedCursor(f"{text!r} is no position that this guest's page was told.")
        return cursor

    def _derive(self, order_id: uuid.UUID) -> bytes:
        return blake2b(order_id.bytes, key=self._key).digest()


def _mixed(half: bytes, key: bytes, turn: int, by: bytes) -> bytes:
    mask = blake2b(bytes([turn]) + by, key=key, digest_size=_HALF).digest()
    return bytes(one ^ other for one, other in zip(half, mask, strict=True))


def _name_of(epoch: int, key: bytes) -> str:
    return blake2b(epoch.to_bytes(_HALF), key=key, digest_size=4, person=b"history").hexdigest()
