"""Account of the screens of three thousand tenants that one process carries."""

from __future__ import annotations

import uuid

from ordertrack.boards.columns import BOARDS
from ordertrack.presence.rows import Screen, ScreenRows
from support.houses.town import TENANTS, Town


def test_a_beat_of_three_thousand_tenants_finds_every_screen_alive(town: Town) -> None:
    process = ScreenRows(town.app)
    shown = {
        tenant: [Screen(restaurant, board, f"tablet:{uuid.uuid4()}") for board in BOARDS]
        for tenant, restaurant in town.restaurants.items()
    }
    process.write(shown)
    for _ in range(2):
        beat = process.beat(town.tenants)
        assert len(beat.own) == TENANTS
        assert set(beat.own.values()) == {2}
    assert beat.moved == frozenset()
    process.write(dict.fromkeys(town.tenants, ()))
    assert process.beat(town.tenants).own == {}
