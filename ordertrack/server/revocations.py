"""Whose access ends: heard at once, and looked for about once a second, whatever was notified."""

from __future__ import annotations

import datetime as dt
import time

from flask import Flask

from ordertrack.database import connecting
from ordertrack.live.hub import Hub
from ordertrack.tenants.sessions import access
from ordertrack.tenants.sessions.kept_sign_ins import KeptSignIns

CURRENT_FOR = 5.0  # seconds after a look that succeeded in which who is signed in may be kept
PATIENCE = 5.0  # seconds for an answer of the database
# Seconds: what was written before a look may be committed after it.
_OVERLAP = 30.0


class Revocations:
    """Ends streams and forgets sign-ins of whoever lost access."""

    def __init__(self, app: Flask, hub: Hub, sign_ins: KeptSignIns) -> None:
        self._app = app
        self._hub = hub
        self._sign_ins = sign_ins
        self._looked_at = float("-inf")
        self._known: set[access.Ended] = set()

    @property
    def is_current(self) -> bool:
        return time.monotonic() - self._looked_at < CURRENT_FOR

    def hear(self, name: str) -> None:
        """Access ended, or is another than it was: then it is read anew."""
        self._sign_ins.forget(name.removeprefix(access.CHANGED))
        if not name.startswith(access.CHANGED):
            self._hub.revoke(name)

    def look(self) -> None:
        """Find what was not heard. Raises what the database raises."""
        began = time.monotonic()
        since = began - self._looked_at + _OVERLAP
        if since > access.KNOWN_FOR.total_seconds():
            self._sign_ins.forget_all()  # and streams are made up for whenever this process has been deaf
            since = _OVERLAP
        if self._sign_ins or self._hub.count:
            with self._app.app_context(), connecting.within(PATIENCE):
                ended = access.ended_everywhere(dt.timedelta(seconds=since))
            before, self._known = self._known, set(ended)
            for each in self._known - before:
                self.hear(each.name)
                if each.name.startswith(access.CHANGED):
                    # Here only, for this finds it once: what has begun anew meanwhile goes on.
                    self._hub.begin_anew(each.name.removeprefix(access.CHANGED))
        self._looked_at = began
