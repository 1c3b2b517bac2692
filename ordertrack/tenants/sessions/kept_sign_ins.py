"""Who is signed in, known without asking for it with each request."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Hashable
from itertools import islice

from flask import current_app, session

from ordertrack.tenants.principal import Principal

MOST_KEPT = 50_000  # principals; half a kilobyte each


class KeptSignIns:
    """Principals as they were read, by what was shown for them: a sign-in, a tablet, a key.

    They are believed only while `is_believed` says that this process learns at once whose access ends.
    """

    def __init__(self) -> None:
        self.is_believed: Callable[[], bool] = bool
        self._found: dict[Hashable, Principal] = {}
        self._times_forgotten = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def get(self, shown: Hashable, read: Callable[[], Principal | None]) -> Principal | None:
        """Whoever showed it, or else whom `read` finds; who is not let in is asked for every time."""
        if not self.is_believed():
            return read()
        found = self._found.get(shown)
        if found is None or found.is_over:
            before = self._times_forgotten
            found = read()
            # Access may have ended while it was read.
            self._found.pop(shown, None)
            if found is not None and before == self._times_forgotten:
                self._make_room()
                self._found[shown] = found
        return found

    def has(self, shown: Hashable, principal: Principal) -> bool:
        """Whether whoever showed it would be let in unread, as the very same principal."""
        return self._found.get(shown) is principal and not principal.is_over and self.is_believed()

    def forget(self, name: str) -> None:
        """Nobody of this name, an actor or one sign-in of it, is let in unread."""
        self._times_forgotten += 1
        for shown in [shown for shown, found in list(self._found.items()) if name in found.ended_by]:
            self._found.pop(shown, None)

    def forget_all(self) -> None:
        self._times_forgotten += 1
        self._found.clear()

    def _make_room(self) -> None:
        for shown in list(islice(self._found, max(0, len(self._found) - MOST_KEPT + 1))):
            self._found.pop(shown, None)


def kept() -> KeptSignIns:
    """Those of this process."""
    sign_ins: KeptSignIns = current_app.extensions["sign_ins"]
    return sign_ins


def forget(name: str) -> None:
    """Nobody of this name is let in unread by this process, if it keeps any."""
    if "sign_ins" in current_app.extensions:
        kept().forget(name)


def find(
    tenant_id: uuid.UUID, row_id: uuid.UUID, read: Callable[[uuid.UUID, uuid.UUID], Principal | None]
) -> Principal | None:
    """The principal of a sign-in or tablet."""
    return kept().get((tenant_id, row_id), lambda: read(tenant_id, row_id))


def holding(principal: Principal) -> Callable[[], bool]:
    """Tells later, whoever asks then, whether this request's cookie would still let them in unread."""
    sign_ins, ends_at = kept(), getattr(session, "ends_at", 0.0)
    shown = principal.tenant_id, uuid.UUID((principal.session or "").partition(":")[2])
    return lambda: time.time() < ends_at and sign_ins.has(shown, principal)
