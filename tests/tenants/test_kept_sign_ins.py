"""Who is signed in is read once, and never let in after their access has ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from ordertrack.rules.roles import Role
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions import kept_sign_ins
from ordertrack.tenants.sessions.kept_sign_ins import KeptSignIns

NOUR = Principal(uuid.uuid4(), "staff:nour", "Nour", Role.KITCHEN, "session:tablet")


class Row:
    """What the database has: it counts how often it is read."""

    def __init__(self, principal: Principal | None = NOUR) -> None:
        self.principal = principal
        self.reads = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def read(self) -> Principal | None:
        self.reads += 1
        found = self.principal
        self.meanwhile()
        return found


@pytest.fixture
def kept() -> KeptSignIns:
    made = KeptSignIns()
    made.is_believed = lambda: True
    return made


def test_it_is_read_once(kept: KeptSignIns) -> None:
    row = Row()
    assert [kept.get("cookie", row.read) for _ in range(3)] == [NOUR] * 3
    assert row.reads == 1


@pytest.mark.parametrize("name", NOUR.ended_by)
def test_whose_access_or_sign_in_has_ended_is_asked_for_again(kept: KeptSignIns, name: str) -> None:
    kept.get("cookie", Row().read)
    kept.forget("session:another")
    assert kept.get("cookie", Row(None).read) == NOUR
    kept.forget(name)
    assert kept.get("cookie", Row(None).read) is None


def test_what_was_read_while_access_ended_is_not_kept(kept: KeptSignIns) -> None:
    row = Row()
    row.meanwhile = lambda: kept.forget(NOUR.actor)
    assert kept.get("cookie", row.read) == NOUR  # as the database said
    assert kept.get("cookie", Row(None).read) is None


def test_a_process_that_may_not_have_heard_asks_every_time(kept: KeptSignIns) -> None:
    kept.get("cookie", Row().read)
    kept.is_believed = lambda: False
    assert kept.get("cookie", Row(None).read) is None


def test_nobody_is_kept_who_is_not_let_in(kept: KeptSignIns) -> None:
    assert kept.get("cookie", Row(None).read) is None
    assert kept.get("cookie", Row().read) == NOUR


def test_the_oldest_give_way(kept: KeptSignIns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_sign_ins, "MOST_KEPT", 3)
    for number in range(5):
        kept.get(number, Row().read)
    rows = [Row() for _ in range(5)]
    for number in (4, 3, 2):
        kept.get(number, rows[number].read)
    assert [row.reads for row in rows] == [0, 0, 0, 0, 0]
    kept.get(0, rows[0].read)
    assert rows[0].reads == 1
