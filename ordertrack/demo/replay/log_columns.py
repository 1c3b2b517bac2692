"""Which column of a log means what: ours by their names, another log's by a mapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ordertrack.demo.replay import log_statuses
from ordertrack.demo.replay.csv_rows import Row
from ordertrack.demo.replay.logged_order import COLUMN_OF

COLUMNS = {
    "order": "the order's id in the log; one row an order",
    "restaurant": "a slug or an id of its restaurant (not needed with --restaurant)",
    "placed": "when it came in: the one time that no row may lack",
    "confirmed": "when the restaurant accepted it",
    "preparing": "when the kitchen began",
    "ready": "when the kitchen was done",
    "delivering": "when it left the house; empty: it went from ready to completed",
    "completed": "when it was handed over",
    "cancelled": "when it was called off, which no order is once the kitchen began",
    "status": "where it stood, such as Delivered or Cancelled; read from order_status and state as well",
    "reason": "why it was called off",
    "fulfilment": "delivery, pickup or dine_in; empty: what --fulfilment says",
    "items": "its dishes, written like: 2 x Fattoush; Ayran",
}

Sources = dict[str, tuple[str, ...]]


class UnusableColumns(ValueError):
    """The mapping is none, or does not fit the log; the message says what to change."""


def parse(mapping: str) -> Sources:
    """`order=instance+order,ready=` as {'order': ('instance', 'order'), 'ready': ()}."""
    sources: Sources = {}
    for pair in filter(None, (each.strip() for each in mapping.split(","))):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or ours not in COLUMNS:
            raise UnusableColumns(
                f"{pair!r} does not say which column means what; placed=created_at would."
                f" What can be mapped: {', '.join(COLUMNS)}."
            )
        if ours in sources:
            raise UnusableColumns(f"{ours} is mapped twice.")
        sources[ours] = tuple(name.strip() for name in theirs.split("+")) if theirs else ()
        if ours in COLUMN_OF.values() and len(sources[ours]) > 1:
            raise UnusableColumns(f"{ours} is a time: one column means it, not {len(sources[ours])}.")
    return sources


def bind(sources: Sources, header: Row, needed: Sequence[str]) -> dict[str, Callable[[Row], str]]:
    """For each column of ours that the log has, how to read it from a row as long as the header."""
    theirs = [name.strip() for name in header]
    bound: dict[str, Callable[[Row], str]] = {}
    for ours in COLUMNS:
        names = sources.get(ours, _by_name(ours, theirs))
        for name in names:
            if name not in theirs:
                raise UnusableColumns(f"The log has no column {name!r}. It has: {', '.join(theirs)}.")
        if names:
            bound[ours] = _joined([theirs.index(name) for name in names])
    for ours in needed:
        if ours not in bound:
            raise UnusableColumns(
                f"The log has no column {ours!r}. Say which one means it: --columns {ours}=..."
                f" The log has: {', '.join(theirs)}."
            )
    return bound


def _by_name(ours: str, theirs: Sequence[str]) -> tuple[str, ...]:
    """The column that means ours by its name alone."""
    if ours in theirs:
        return (ours,)
    if ours == "status":
        return tuple(name for name in theirs if log_statuses.is_column_name(name))[:1]
    return ()


def _joined(places: list[int]) -> Callable[[Row], str]:
    def read(row: Row) -> str:
        parts = [row[place].strip() for place in places]
        return "-".join(parts) if all(parts) else ""

    return read
