"""Frames: what a browser reads out is what was put in, whatever the text."""

from __future__ import annotations

import re
import time

from hypothesis import example, given
from hypothesis import strategies as st

from ordertrack.live import frames
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Message
from support.recording import Frame, parse


def as_lines(text: str) -> str:
    """The one thing that an event stream changes: every line end is a line feed."""
    return re.sub(r"\r\n|\r", "\n", text)


@given(st.text() | st.text("a\n\r\v\f\x1c\x85\u2028\u2029: "))
@example("one\u2028line")
@example("one\x85\x0b\x0c\x1cline")
@example("ends in a line end\n")
@example("\n\n")
@example("")
@example("data: x\nid: 7\n\nevent: bye")
@example("\ufeffbom")
def test_data_arrives_as_it_was(data: str) -> None:
    frame = frames.encode(Message(data, "news"), "5-7")
    assert b"\r" not in frame
    assert frame.endswith(b"\n\n") and frame.count(b"\n\n") == 1
    assert parse(frame) == [Frame(Cursor(5, 7), "news", as_lines(data))]


@given(st.lists(st.text(), max_size=5))
def test_frames_do_not_run_into_each_other(texts: list[str]) -> None:
    stream = b"".join(frames.encode(Message(text)) for text in texts)
    assert parse(stream) == [Frame(None, None, as_lines(text)) for text in texts]


def test_a_frame_is_these_bytes() -> None:
    assert frames.encode(Message("<p>\nsalt</p>", "move"), "3-4", retry=1000) == (
        b"event: move\nretry: 1000\ndata: <p>\ndata: salt</p>\nid: 3-4\n\n"
    )
    assert frames.encode(Message("a")) == b"data: a\n\n"


@given(st.text("a\n: "), st.sampled_from([None, "move"]), st.integers(0, 200))
def test_a_client_that_takes_a_cut_frame_for_a_whole_one_keeps_its_position(
    text: str, event: str | None, cut: int
) -> None:
    frame = frames.encode(Message(text, event), "3-4567", retry=1000)
    position = frame.index(b"\nid: ")
    begun = frame[: min(cut, position)] + b"\n\n"
    assert all(taken.id is None for taken in parse(begun))
    for end in range(position + len("\nid: 3-4"), len(frame)):
        (taken,) = parse(frame[:end].rstrip(b"\n") + b"\n\n")
        assert taken.data == text, "who is told a position was told all that comes before it"
        assert taken.id is not None and taken.id.seq <= 4567, "and no later one, or something would be lost"


def test_a_frame_without_its_position_is_otherwise_the_same() -> None:
    for message in (Message("a\nid: 3-4"), Message("id: 3-4", "move"), Message("")):
        told = frames.encode(message)
        assert frames.without_position(frames.encode(message, "3-4")) == told
        assert frames.without_position(told) == told


def test_a_heartbeat_is_a_named_event_that_pages_can_see_and_says_the_servers_time() -> None:
    before = time.time()
    ((bare,), (moved,)) = parse(frames.heartbeat()), parse(frames.heartbeat("1-2"))
    assert (bare.id, bare.event, moved.id, moved.event) == (None, "hb", Cursor(1, 2), "hb")
    assert int(before * 1000) <= int(bare.data) <= int(moved.data) <= time.time() * 1000


def test_bye_is_a_named_event() -> None:
    assert parse(frames.BYE) == [Frame(None, "bye", "")]
