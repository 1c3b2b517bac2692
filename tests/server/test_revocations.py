"""Whose access ends is found by looking, whoever ended it and whatever was notified."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask

from ordertrack.live.hub import Hub
from ordertrack.server import revocations
from ordertrack.server.revocations import Revocations
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.kept_sign_ins import KeptSignIns
from support.cast import House


@pytest.fixture
def sign_ins(app: Flask) -> Iterator[KeptSignIns]:
    """Those of the application, which believes in them as if it had just looked."""
    found: KeptSignIns = app.extensions["sign_ins"]
    before, found.is_believed = found.is_believed, lambda: True
    yield found
    found.is_believed = before
    found.forget_all()


@pytest.fixture
def looking(app: Flask, sign_ins: KeptSignIns) -> Revocations:
    hub: Hub = app.extensions["hub"]
    made = Revocations(app, hub, sign_ins)
    made.look()
    return made


def keep(sign_ins: KeptSignIns, principal: Principal) -> Callable[[], bool]:
    """Keep it; whether it still is."""
    shown = uuid.uuid4()
    sign_ins.get(shown, lambda: principal)
    return lambda: sign_ins.get(shown, lambda: None) == principal


@pytest.mark.parametrize(
    ("ends", "kind"),
    [
        ("UPDATE staff_members SET revoked_at = clock_timestamp() WHERE id = %s", "staff"),
        (
            "UPDATE staff_sessions SET ended_at = clock_timestamp() WHERE staff_id = %s RETURNING id",
            "session",
        ),
    ],
)
def test_what_nobody_was_notified_of_is_found(
    operator: psycopg.Connection,
    sign_in: Callable[..., object],
    cedar: House,
    sign_ins: KeptSignIns,
    looking: Revocations,
    ends: str,
    kind: str,
) -> None:
    sign_in(cedar.nour)
    staff_id = cedar.nour.principal.actor.partition(":")[2]
    sessions = operator.execute("SELECT id FROM staff_sessions WHERE staff_id = %s", [staff_id]).fetchall()
    nour = Principal(cedar.tenant_id, f"staff:{staff_id}", "Nour", None, f"session:{sessions[0][0]}")
    is_kept, is_other_kept = keep(sign_ins, nour), keep(sign_ins, cedar.karim.principal)
    looking.look()
    assert is_kept()
    operator.execute(ends, [staff_id])
    operator.commit()
    looking.look()
    assert not is_kept() and is_other_kept()


def test_who_was_given_access_again_before_anybody_looked_keeps_it(
    operator: psycopg.Connection, cedar: House, sign_ins: KeptSignIns, looking: Revocations
) -> None:
    is_kept, is_other_kept = (keep(sign_ins, each.principal) for each in (cedar.nour, cedar.karim))
    ends = "UPDATE staff_members SET revoked_at = clock_timestamp() WHERE id = %s"
    gives_back = "UPDATE staff_members SET revoked_at = NULL WHERE id = %s"
    for person, statements in ((cedar.nour, (ends, gives_back)), (cedar.karim, (ends,))):
        for statement in statements:
            operator.execute(statement, [person.principal.actor.partition(":")[2]])
            operator.commit()
    looking.look()
    assert is_kept() and not is_other_kept()


def test_after_longer_than_it_is_known_nobody_is_believed(
    cedar: House, sign_ins: KeptSignIns, looking: Revocations, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_kept = keep(sign_ins, cedar.nour.principal)
    looking.look()
    assert is_kept() and looking.is_current
    now = revocations.time.monotonic()
    monkeypatch.setattr(revocations.time, "monotonic", lambda: now + 3600)
    assert not looking.is_current
    looking.look()
    assert not is_kept() and looking.is_current
