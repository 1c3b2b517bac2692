"""Cursors: what is written can be read, and nothing else can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.live.cursor import Cursor, MalformedCursor

POSITION = st.integers(0, 10**18 - 1)


@given(POSITION, POSITION)
def test_a_cursor_that_was_written_is_read_back(epoch: int, seq: int) -> None:
    assert Cursor.parse(str(Cursor(epoch, seq))) == (epoch, seq)


@given(st.text())
def test_a_text_is_a_cursor_or_malformed_and_nothing_else_happens(text: str) -> None:
    try:
        cursor = Cursor.parse(text)
    except MalformedCursor:
        return
    assert min(cursor) >= 0 and max(cursor) < 2**63, "every cursor fits the database's bigint"


@pytest.mark.parametrize(
    "text",
    ["", "-", "1", "1-", "-1", "1--1", "1-2-3", " 1-2", "1-2 ", "1-2\n",
     "+1-2", "1-0x2", "\u0661-\u0662", "1.0-2",
     "9" * 19 + "-1", "1-" + "9" * 19, "null", "1-2;drop", "\0", "1_0-2"],
)  # fmt: skip
def test_no_cursor(text: str) -> None:
    with pytest.raises(MalformedCursor):
        Cursor.parse(text)


def test_a_long_text_is_not_repeated_in_full() -> None:
    with pytest.raises(MalformedCursor) as error:
        Cursor.parse("x" * 10_000)
    assert len(str(error.value)) < 200


def test_cursors_of_one_epoch_are_ordered() -> None:
    assert Cursor(1, 9) < Cursor(1, 10) < Cursor(2, 1)
