"""The window: bounded, whole, and rendered once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordertrack.live.budget import Budget
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import BURST, PAGE, WINDOW, EpochChanged, Feed
from ordertrack.live.topics import Message, Topic

EPOCH = 7


@dataclass(frozen=True)
class Happened:
    cursor: Cursor


class Parity:
    """A channel of two topics: even and odd positions; every third is news for both."""

    name = "parity"
    replays = False

    def __init__(self) -> None:
        self.rendered: list[tuple[int, str]] = []

    def admits(self, watcher: object, topic: Topic) -> bool:
        return True

    def keys(self, change: Happened) -> list[str]:
        own = ["even", "odd"][change.cursor.seq % 2]
        return ["even", "odd"] if change.cursor.seq % 3 == 0 else [own]

    def render(self, change: Happened, key: str) -> Message:
        self.rendered.append((change.cursor.seq, key))
        return Message(f"{change.cursor.seq} {key}")

    def position(self, key: str, cursor: Cursor) -> str:
        return str(cursor)

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        return Message("")


class Story:
    """A log of `length` events that counts how often it is read."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.epoch = EPOCH
        self.reads: list[tuple[int, int]] = []

    def after(self, seq: int, limit: int) -> list[Happened]:
        self.reads.append((seq, limit))
        return [Happened(Cursor(self.epoch, n)) for n in range(seq + 1, min(seq + limit, self.length) + 1)]


EVEN = Topic(uuid.uuid4(), "parity", "even")


def a_feed(story: Story, head: int) -> tuple[Feed, Parity]:
    channel = Parity()
    return Feed({"parity": channel}, Cursor(EPOCH, head), story.after, Budget()), channel


def positions(feed: Feed) -> list[list[int]]:
    """What it reads on to, burst by burst."""
    return [[entry.change.cursor.seq for entry in burst] for burst in feed.advance()]


def told(feed: Feed, seq: int) -> list[int]:
    """The numbers that somebody is told who knows everything up to `seq`."""
    return [int(frame.split()[0]) for frame in feed.missed_after(EVEN, seq).split(b"data: ")[1:]]


def evens(after: int, until: int) -> list[int]:
    return [n for n in range(after + 1, until + 1) if n % 2 == 0 or n % 3 == 0]


def test_it_reads_on_from_its_head_and_no_further_than_the_log() -> None:
    story = Story(3)
    feed, _ = a_feed(story, 3)
    assert list(feed.advance()) == []
    story.length = 6
    assert positions(feed) == [[4, 5, 6]]
    assert feed.head == Cursor(EPOCH, 6)
    assert story.reads == [(3, BURST), (3, BURST)]


@pytest.mark.parametrize("events", [BURST - 1, BURST, BURST + 1, 2 * BURST])
def test_it_reads_burst_by_burst_to_the_end(events: int) -> None:
    feed, _ = a_feed(Story(events), 0)
    bursts = positions(feed)
    assert [seq for burst in bursts for seq in burst] == list(range(1, events + 1))
    assert max(map(len, bursts)) <= BURST


def test_the_window_is_bounded_and_forgets_the_oldest() -> None:
    feed, _ = a_feed(Story(WINDOW + 300), 0)
    list(feed.advance())
    assert feed.start == 300
    assert told(feed, 0) == evens(300, WINDOW + 300)


@settings(deadline=None)
@given(st.integers(0, 1500), st.integers(0, 1500), st.integers(0, 3500))
def test_it_reaches_back_as_far_as_a_window_and_then_holds_all_of_it(
    head: int, later: int, after: int
) -> None:
    story = Story(head)
    feed, _ = a_feed(story, head)
    story.length += later
    list(feed.advance())
    after = min(after, feed.head.seq)
    reached = feed.reach_back(after)
    assert reached == (feed.head.seq - after <= WINDOW)
    if reached:
        assert feed.start <= after
        assert told(feed, after) == evens(after, feed.head.seq)
    story.length += 10
    list(feed.advance())
    assert told(feed, feed.head.seq - 5) == evens(feed.head.seq - 5, feed.head.seq)


def test_reaching_back_is_one_read_that_reaches_a_page_further() -> None:
    story = Story(900)
    feed, _ = a_feed(story, 900)
    for after in (850, 850, 870, 900, 900 - PAGE):
        assert feed.reach_back(after)
    assert story.reads == [(900 - PAGE, PAGE)]
    assert feed.reach_back(400)
    assert story.reads[1:] == [(400, 500)]


def test_no_event_shows_its_order_older_than_one_before_it_did() -> None:
    """An order is read together with its event: what is read late shows it as it is by then."""
    story = Story(500)
    feed, _ = a_feed(story, 480)
    list(feed.advance())
    story.reads.clear()
    assert feed.reach_back(300)
    ((after, limit),) = story.reads
    assert after <= 300 and after + limit == 500, "what the window held already was read again with the rest"


def test_what_is_too_far_back_is_not_read_at_all() -> None:
    story = Story(WINDOW + 1)
    feed, _ = a_feed(story, WINDOW + 1)
    assert not feed.reach_back(0)
    assert story.reads == []


def test_what_was_missed_is_told_anew_after_each_event_and_kept_in_between() -> None:
    story = Story(6)
    feed, _ = a_feed(story, 0)
    for length in range(6, 60):
        story.length = length
        list(feed.advance())
        for after in range(length):
            assert told(feed, after) == evens(after, length)
        assert feed.missed_after(EVEN, length - 1) is feed.missed_after(EVEN, length - 1)


def test_each_change_is_rendered_once_a_topic() -> None:
    feed, channel = a_feed(Story(30), 0)
    for entry in chain.from_iterable(feed.advance()):
        for name in entry.topics:
            feed.frame(entry, Topic(EVEN.tenant_id, *name))
    for _ in range(3):
        feed.missed_after(EVEN, 0)
        feed.missed_after(EVEN._replace(key="odd"), 10)
    assert len(channel.rendered) == len(set(channel.rendered)) == 30 + 10


def test_a_frame_carries_its_position_and_only_its_topics_are_told() -> None:
    feed, _ = a_feed(Story(4), 0)
    list(feed.advance())
    assert feed.missed_after(EVEN, 0) == (
        b"data: 2 even\nid: 7-2\n\ndata: 3 even\nid: 7-3\n\ndata: 4 even\nid: 7-4\n\n"
    )
    assert feed.missed_after(EVEN._replace(channel="other"), 0) == b""


def test_a_new_epoch_is_noticed_before_anything_of_it_is_told() -> None:
    story = Story(5)
    feed, _ = a_feed(story, 5)
    story.epoch, story.length = EPOCH + 1, 8
    with pytest.raises(EpochChanged):
        list(feed.advance())
    assert feed.head == Cursor(EPOCH, 5)
    assert feed.missed_after(EVEN, 0) == b""
