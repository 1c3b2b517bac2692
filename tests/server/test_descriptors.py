"""Descriptors: all that a worker may hold at once fits into what the system lets it have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ordertrack.server.descriptors import shared_out


@given(st.integers(16, 2_000_000))
def test_what_is_shared_out_never_runs_out(limit: int) -> None:
    room = shared_out(limit)
    assert room.streams + room.connections < limit
    assert 0 < room.work < room.kept < room.places or room.connections < 32
    assert 0 < room.work <= room.kept <= room.places < room.connections
    assert room.streams > 0


def test_there_is_room_for_pages_beside_the_streams() -> None:
    assert shared_out(1200) == (772, 300, 281, 243, 225)
    assert shared_out(20_000) == (18_336, 1536, 1440, 1248, 1152)
