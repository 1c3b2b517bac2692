"""What is ordered, as a channel last said it, and what of it is another now.

An order is changed by what differs between two things that the channel said, never by what differs from the
order: what people changed here meanwhile stands.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ordertrack.orders.changing.change_draft import AddLine, Change, SetFields, VoidLine
from ordertrack.orders.changing.changed_fields import FIELDS
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading.order_record import ItemRecord, OrderRecord

Content = dict[str, Any]


def of_new(order: NewOrder) -> Content:
    """What a channel says is ordered, as JSON."""
    return _content(order, (_line(each) for each in order.items))


def of_record(order: OrderRecord) -> Content:
    """What an order holds, where nobody kept what the channel said of it."""
    return _content(order, (_line(each) for each in order.lines))


def changes(before: Mapping[str, Any], order: NewOrder, now: OrderRecord) -> list[Change]:
    """What makes of `now`, which the channel called `before`, what it calls `order`."""
    after = of_new(order)
    made: list[Change] = [*_of_lines(before["lines"], order.items, now)]
    patch = {
        name: _moment(name, _patch(before.get(name), after.get(name)))
        for name in FIELDS
        if before.get(name) != after.get(name)
    }
    return [*made, SetFields(patch)] if patch else made


def _of_lines(before: Iterable[Any], items: Iterable[NewItem], now: OrderRecord) -> Iterable[Change]:
    was, wanted = Counter(map(_key, before)), Counter(_key(_line(item)) for item in items)
    gone, new = was - wanted, wanted - was
    for line in now.lines:
        for key in (_key(_line(line)), _key(_line(line, named_by_sku=True))):
            if gone[key]:
                gone[key] -= 1
                yield VoidLine(line.position)
                break
    for item in items:
        if new[key := _key(_line(item))]:
            new[key] -= 1
            yield AddLine(item)


def _content(order: NewOrder | OrderRecord, lines: Iterable[Any]) -> Content:
    fields = {name: getattr(order, name) or None for name in FIELDS}
    promised_at: dt.datetime | None = fields["promised_at"]
    fields["promised_at"] = promised_at and promised_at.astimezone(dt.UTC).isoformat()
    return {"lines": list(lines), **fields}


def _line(item: NewItem | ItemRecord, named_by_sku: bool = False) -> list[Any]:
    """A dish of the menu is called by the menu: of what a channel says by its sku alone, that is known."""
    name = "" if named_by_sku else item.name
    return [name, item.quantity, item.notes, list(item.modifiers), item.sku]


def _key(line: Any) -> str:
    return json.dumps(line, sort_keys=True)


def _moment(name: str, value: Any) -> Any:
    return dt.datetime.fromisoformat(value) if name == "promised_at" and value else value


def _patch(before: Any, after: Any) -> Any:
    """As RFC 7396 has it: what is gone is None."""
    if not isinstance(after, dict):
        return after
    was = before if isinstance(before, dict) else {}
    named = {name: _patch(was.get(name), value) for name, value in after.items() if was.get(name) != value}
    return {**dict.fromkeys(was.keys() - after.keys()), **named}
