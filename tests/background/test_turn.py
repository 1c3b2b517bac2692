"""One host has the turn: another has it as soon as that one is gone, and whoever lost it knows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest

from ordertrack.background import turn as turn_module
from ordertrack.background.turn import Turn
from ordertrack.database.config import Settings
from support.database import connect
from support.database_proxy import by_way_of, proxy_to
from support.server import wait_for

SOON = 5.0  # seconds


@pytest.fixture(autouse=True)
def _a_lock_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of the suite have a turn of theirs."""
    monkeypatch.setattr(turn_module, "LOCK", secrets.randbelow(2**40))


@pytest.fixture
def turns(settings: Settings) -> Iterator[Callable[..., Turn]]:
    made: list[Turn] = []

    def make(on: Settings = settings) -> Turn:
        made.append(Turn(lambda: on.app_direct_url))
        return made[-1]

    yield make
    for each in made:
        each.give_up()


def test_only_one_has_it_until_it_gives_it_up(turns: Callable[..., Turn]) -> None:
    first, second = turns(), turns()
    assert [first.ask(), second.ask(), first.ask(), second.ask()] == [True, False, True, False]
    first.give_up()
    wait_for(second.ask, "the second to have it", SOON)
    assert not first.ask()


def test_whoever_is_cut_off_has_lost_it_and_the_other_has_it(
    turns: Callable[..., Turn], settings: Settings
) -> None:
    first, second = turns(), turns()
    assert first.ask() and not second.ask()
    assert first._connection is not None
    with connect(settings.operator_url, autocommit=True) as operator:
        operator.execute("SELECT pg_terminate_backend(%s)", [first._connection.info.backend_pid])
    wait_for(second.ask, "the second to have it", SOON)
    assert not first.ask() and not first.is_ours
    assert not first.ask(), "it asks again, in vain"


def test_whoever_hears_nothing_of_the_database_gives_it_up(
    turns: Callable[..., Turn], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert turn_module.ASKS_EVERY + turn_module.PATIENCE < 3 + 2 * 3, "before the database has found out"
    monkeypatch.setattr(turn_module, "PATIENCE", 0.3)
    line = proxy_to(settings)
    try:
        first = turns(by_way_of(line, settings))
        assert first.ask()
        line.swallow()
        assert not first.ask()
    finally:
        line.close()
