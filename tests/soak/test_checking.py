"""The checker can fail: each lie that is worked into a true history is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ordertrack.orders.log.entries import ActionRecord
from ordertrack.orders.reading.order_record import OrderRecord
from soak.checks.truth import Truth
from soak.reading.programs import Chain, ProgramReader
from soak.reading.watching import BoardReader, TrackingReader
from soak.round import Played
from soak.writing.attempts import Attempt, ChangeAttempt, Outcome

Lie = Callable[[Played, pytest.MonkeyPatch], None]


def chain_of(played: Played) -> Chain:
    """The longest that a program of the first house has read."""
    programs = [reader for reader in played.readers[0] if isinstance(reader, ProgramReader)]
    return max((chain for reader in programs for chain in reader.chains), key=lambda chain: len(chain.events))


def retell(played: Played, patch: pytest.MonkeyPatch, events: Callable[[list[Any]], list[Any]]) -> None:
    chain = chain_of(played)
    patch.setattr(chain, "events", events(chain.events))


def rewrite(played: Played, patch: pytest.MonkeyPatch, events: Callable[[list[Any]], list[Any]]) -> None:
    truth = played.truths[0]
    rewritten: list[Truth] = [replace(truth, entries=events(truth.entries)), *played.truths[1:]]
    patch.setattr(played, "truths", rewritten)


def told(played: Played, *outcomes: Outcome) -> list[Attempt]:
    return [attempt for attempt in played.stages[0].attempts if attempt.outcome in outcomes]


def show_older(played: Played, patch: pytest.MonkeyPatch, kind: type[BoardReader]) -> None:
    for reader in played.readers[0]:
        if isinstance(reader, kind):
            for cards in reader.screen.columns.values():
                for card in cards.values():
                    patch.setitem(cards, card.id, card._replace(version=card.version - 1))


def show_no_progress(played: Played, patch: pytest.MonkeyPatch) -> None:
    reader = next(reader for reader in played.readers[0] if isinstance(reader, TrackingReader))
    patch.setattr(reader.screen, "progress", reader.screen.progress._replace(version=0))


def acknowledge(played: Played, patch: pytest.MonkeyPatch) -> None:
    """Two are told that they made the same move."""
    patch.setattr(told(played, Outcome.ALREADY)[0], "outcome", Outcome.MOVED)


def refuse(played: Played, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(told(played, Outcome.PLACED)[-1], "outcome", Outcome.CONFLICT)


def acknowledge_early(played: Played, patch: pytest.MonkeyPatch) -> None:
    """The last write is said to have been acknowledged before all others began."""
    last = next(a for a in played.stages[0].attempts if a.tag == last_tag(played))
    patch.setattr(last, "began", 0.0)
    patch.setattr(last, "ended", 1.0)


def last_tag(played: Played) -> str:
    tags = [event.metadata.get("attempt") for event in played.truths[0].entries]
    return next(tag for tag in reversed(tags) if tag)


def claim_the_past(played: Played, patch: pytest.MonkeyPatch) -> None:
    """An answer of the beginning is given at the end."""
    claims = played.stages[0].claims
    began = max(claim.began for claim in claims) + 1
    patch.setattr(
        played.stages[0], "claims", [replace(claim, began=began, ended=began + 1) for claim in claims[:200]]
    )


def changes(played: Played, outcome: Outcome) -> list[ChangeAttempt]:
    return [each for each in told(played, outcome) if isinstance(each, ChangeAttempt)]


def log_otherwise(played: Played, patch: pytest.MonkeyPatch) -> None:
    """A change is in the log with another line than it added."""

    def otherwise(entry: Any) -> Any:
        is_change = isinstance(entry, ActionRecord) and entry.changes
        return replace(entry, changes=entry.changes | {"added": [99]}) if is_change else entry

    rewrite(played, patch, lambda entries: [otherwise(entry) for entry in entries])


def keep_otherwise(played: Played, patch: pytest.MonkeyPatch, **otherwise: Any) -> None:
    """The database has an order as nothing made it."""

    def kept(order: OrderRecord) -> OrderRecord:
        return replace(order, **otherwise)

    truth = played.truths[0]
    orders = {order_id: kept(order) for order_id, order in truth.orders.items()}
    patch.setattr(played, "truths", [replace(truth, orders=orders), *played.truths[1:]])


def answer_otherwise(played: Played, patch: pytest.MonkeyPatch) -> None:
    """An order is answered with a note that it never had."""
    stage = played.stages[0]
    last = max(n for n, claim in enumerate(stage.claims) if claim.order is not None)
    claim = stage.claims[last]
    lie = replace(claim, order=(claim.order or {}) | {"note": "never"})
    patch.setattr(stage, "claims", [*stage.claims[:last], lie])


def show_otherwise(played: Played, patch: pytest.MonkeyPatch) -> None:
    """Every card has a mark that it has not."""
    for reader in played.readers[0]:
        if isinstance(reader, BoardReader):
            for cards in reader.screen.columns.values():
                for card in cards.values():
                    patch.setitem(cards, card.id, card._replace(says=card.says + " NEW"))


def show_other_lines(played: Played, patch: pytest.MonkeyPatch) -> None:
    reader = next(reader for reader in played.readers[0] if isinstance(reader, TrackingReader))
    patch.setattr(reader.screen, "progress", reader.screen.progress._replace(says="1× Nothing"))


LIES: dict[str, Lie] = {
    "it missed": lambda played, patch: retell(played, patch, lambda events: events[:-2] + events[-1:]),
    "told twice": lambda played, patch: retell(played, patch, lambda events: events + events[-1:]),
    "the order was": lambda played, patch: retell(played, patch, lambda events: events[::-1]),
    "which are not its events": lambda played, patch: retell(
        played, patch, lambda events: [*events, (10**6, events[0][1])]
    ),
    "of what was": lambda played, patch: retell(
        played, patch, lambda events: [(events[0][0], events[0][1] | {"changed_by": "Nobody"}), *events[1:]]
    ),
    "another column": lambda played, patch: show_older(played, patch, BoardReader),
    "ended with Progress": show_no_progress,
    "does not run from 1": lambda played, patch: rewrite(played, patch, lambda events: events[:-1]),
    "acknowledged, and is not in the log": acknowledge,
    "was refused, and yet wrote": refuse,
    "is in the log 2 times": lambda played, patch: rewrite(
        played, patch, lambda events: events + [e for e in events if e.metadata.get("attempt")][-1:]
    ),
    "began after": acknowledge_early,
    "was acknowledged before": claim_the_past,
    "signed": lambda played, patch: rewrite(
        played, patch, lambda events: [*events[:-1], replace(events[-1], changed_by="Nobody")]
    ),
    "is in the log as": log_otherwise,
    "was made at revision": lambda played, patch: patch.setattr(
        changes(played, Outcome.CHANGED)[0], "revision", 10**6
    ),
    "changed by [": lambda played, patch: patch.setattr(
        changes(played, Outcome.CONFLICT)[0], "outcome", Outcome.CHANGED
    ),
    "by what was asked it is": lambda played, patch: keep_otherwise(played, patch, note="never"),
    "is seen (99, 98": lambda played, patch: keep_otherwise(played, patch, changed_in=99, changes_seen_in=98),
    "was told {'note': 'never'}": answer_otherwise,
    "and a fresh page with": show_otherwise,
    "a fresh page has": show_other_lines,
    "Nobody asked for": lambda played, patch: rewrite(
        played, patch, lambda events: [replace(events[0], metadata={"attempt": "none"}), *events[1:]]
    ),
}


@pytest.mark.parametrize("words", LIES)
def test_a_lie_is_found(quiet_round: Played, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    LIES[words](quiet_round, monkeypatch)
    found = list(quiet_round.findings())
    assert any(words in finding for finding in found), found[:20]
