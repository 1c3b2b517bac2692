"""Every reader against the log: exactly the log for programs, exactly what is true for screens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from soak.checks.truth import Truth, as_told
from soak.reading.html import Card
from soak.reading.programs import Chain, ProgramReader
from soak.reading.readers import Reader
from soak.reading.watching import BoardReader, TrackingReader

Cards = list[tuple[str, int]]


def findings(reader: Reader, truth: Truth) -> Iterator[str]:
    """What contradicts the promises to readers, a sentence each."""
    yield from reader.trouble
    match reader:
        case ProgramReader():
            yield from _program(reader, truth)
        case BoardReader():
            yield from _board(reader, truth)
        case TrackingReader():
            yield from _tracking(reader, truth)


def _program(reader: ProgramReader, truth: Truth) -> Iterator[str]:
    for chain in reader.chains:
        log = [
            (entry.cursor.seq, as_told(entry))
            for entry in truth.entries
            if chain.start < entry.cursor.seq <= chain.until and reader.concerns(entry)
        ]
        heard = [(seq, _timed(said)) for seq, said in chain.events]
        if heard != log:
            yield f"{reader.name} read something else than the log: {_difference(heard, log, chain)}."
    if reader.chains[-1].until < reader.last_event:
        yield f"{reader.name} ended at {reader.chains[-1].until}, before event {reader.last_event}."


def _timed(said: dict[str, Any]) -> dict[str, Any]:
    name = "occurred_at" if "act" in said else "updated_at"
    return said | {name: dt.datetime.fromisoformat(said[name])}


def _difference(heard: list[Any], log: list[Any], chain: Chain) -> str:
    seqs, expected = [seq for seq, _ in heard], [seq for seq, _ in log]
    where = f"from {chain.start} to {chain.until}"
    if missed := sorted(set(expected) - set(seqs)):
        return f"{where} it missed {missed[:20]}"
    if invented := sorted(set(seqs) - set(expected)):
        return f"{where} it was told {invented[:20]}, which are not its events"
    if len(set(seqs)) < len(seqs):
        return f"{where} it was told twice of {sorted({seq for seq in seqs if seqs.count(seq) > 1})[:20]}"
    if seqs != expected:
        return f"{where} the order was {seqs[:200]}"
    told, true = next(pair for pair in zip(heard, log, strict=True) if pair[0] != pair[1])
    return f"it was told {told} of what was {true}"


def _board(reader: BoardReader, truth: Truth) -> Iterator[str]:
    expected = truth.boards[reader.restaurant, reader.board.name]
    for column, cards in expected.items():
        shown = _in_order(reader.screen.columns[column], cards)
        if shown != cards:
            yield (
                f"{reader.name} ended at {reader.position} with another column {column} than the database:"
                f" it shows {_without(shown, cards)}, and not {_without(cards, shown)}."
            )
    fresh = reader.fresh.says
    for card, says in reader.screen.says.items():
        if says != fresh.get(card):
            yield f"{reader.name} shows {card} with {says!r}, and a fresh page with {fresh.get(card)!r}."
    theirs = {f"order-{entry.order_id}" for entry in truth.entries if entry.restaurant == reader.restaurant}
    if strange := reader.screen.ever - theirs:
        yield f"{reader.name} was shown orders of somebody else: {strange}."


def _in_order(shown: dict[str, Card], cards: Cards) -> Cards:
    """What a column shows, sorted as the page sorts; where that leaves a choice, as the database does."""
    listed = [card_id for card_id, _ in cards]
    in_order = sorted(
        shown.values(), key=lambda card: (card.sort_key, listed.index(card.id) if card.id in listed else -1)
    )
    return [(card.id, card.version) for card in in_order]


def _without(these: Cards, those: Cards) -> Cards | str:
    return [card for card in these if card not in those] or "anything else"


def _tracking(reader: TrackingReader, truth: Truth) -> Iterator[str]:
    assert reader.order.id is not None
    order, shown, fresh = truth.orders[reader.order.id], reader.screen.progress, reader.fresh.progress
    # What the guest is not told of makes another revision too.
    told = [place for place, entry in enumerate(truth.stories[order.id], 1) if reader.concerns(entry)]
    if shown.status != order.status or not told[-1] <= shown.version <= order.revision:
        yield f"{reader.name} ended with {shown}, but order {order.id} is {order.status} {order.revision}."
    if shown.says != fresh.says:
        yield f"{reader.name} ended with {shown}; a fresh page has {fresh}."
