"""A push service, which is at a private address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ordertrack.outgoing.addresses import ALLOWED
from support.push_service import PushService, open_service


@pytest.fixture
def push_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    monkeypatch.setenv(ALLOWED, "1")
    with open_service() as service:
        yield service
