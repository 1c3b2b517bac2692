"""What somebody wants to change of an order, and what the order is to be then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ordertrack.orders.changing.changed_fields import FIELDS, Fields, merged
from ordertrack.orders.placing.new_order import NewItem, check_promise
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_changes import (
    MOST_LINES,
    MOST_LINES_EVER,
    CoordinatesHalf,
    CurrencyMissing,
    LineNotThere,
    NoLineLeft,
    TooManyLines,
)


@dataclass(frozen=True, slots=True)
class AddLine:
    item: NewItem


@dataclass(frozen=True, slots=True)
class VoidLine:
    line: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Void a line and add another one in its stead."""

    line: int
    item: NewItem


@dataclass(frozen=True, slots=True)
class SetFields:
    """Any of `note, promised_at, reference, table, customer, amounts`; None takes it away.

    Of customer and amounts only what is named is changed, as RFC 7396 has it.
    """

    values: Fields


Change = AddLine | VoidLine | ChangeLine | SetFields


@dataclass(frozen=True, slots=True)
class Draft:
    """What the order is to be: `voided` are positions, in order."""

    added: list[NewItem]
    voided: list[int]
    fields: Fields


def drafted(order: OrderRecord, changes: Sequence[Change]) -> Draft:
    """The changes made one after the other; raises PromiseOutOfRange or a kind of IllegalChange."""
    standing = {item.position for item in order.lines}
    added: list[NewItem] = []
    fields: Fields = {name: getattr(order, name) for name in FIELDS}
    for each in changes:
        if isinstance(each, VoidLine | ChangeLine):
            if each.line not in standing:
                raise LineNotThere(each.line, order.status)
            standing.remove(each.line)
        if isinstance(each, AddLine | ChangeLine):
            added.append(each.item)
        if isinstance(each, SetFields):
            fields = merged(fields, each.values)
    if not standing and not added:
        raise NoLineLeft(order.status)
    if len(standing) + len(added) > MOST_LINES or len(order.items) + len(added) > MOST_LINES_EVER:
        raise TooManyLines(order.status)
    _check_amounts(order, fields, changes)
    _check_place(order, fields)
    if fields["promised_at"] != order.promised_at:
        check_promise(fields["promised_at"])
    voided = sorted({item.position for item in order.lines} - standing)
    return Draft(added, voided, fields)


def _check_amounts(order: OrderRecord, fields: Fields, changes: Iterable[Change]) -> None:
    """An amount is of some currency; in another one all amounts are said anew."""
    amounts = fields["amounts"] or {}
    if amounts and (len(amounts) < 2 or "currency" not in amounts):
        raise CurrencyMissing(order.status)
    if order.currency not in (None, amounts.get("currency")):
        patches = [each.values.get("amounts") or {} for each in changes if isinstance(each, SetFields)]
        if amounts.keys() - {name for patch in patches for name in patch}:
            raise CurrencyMissing(order.status)


def _check_place(order: OrderRecord, fields: Fields) -> None:
    """A place on the map has both its coordinates."""
    address = (fields["customer"] or {}).get("address") or {}
    if ("latitude" in address) != ("longitude" in address):
        raise CoordinatesHalf(order.status)
