"""What a guest's page is told of where it stands, and where in the log that is."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from many.guests import GuestPositions


@given(st.uuids(), st.integers(0, 10**9))
def test_what_a_page_was_told_is_a_place_in_the_log(order: uuid.UUID, seq: int) -> None:
    positions = GuestPositions("secret")
    digits = positions.at(order, seq).partition("-")[2]
    assert positions.seq_of(order, int(digits, 16)) == seq
