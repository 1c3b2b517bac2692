"""The fields of an order that can be set anew, and what of them is another than before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ordertrack.orders.reading.order_record import OrderRecord

Fields = dict[str, Any]

FIELDS = ("note", "promised_at", "reference", "table", "customer", "amounts")


def merged(fields: Fields, patch: Fields) -> Fields:
    """The fields with the patch applied as RFC 7396 has it: what it names is set, what is None taken away."""
    result = dict(fields)
    for name, value in patch.items():
        if isinstance(value, dict):
            inner = result.get(name)
            value = merged(inner if isinstance(inner, dict) else {}, value) or None
        if value is None and name not in FIELDS:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def flat_changes(order: OrderRecord, fields: Fields) -> list[dict[str, Any]]:
    """Each `field` that is another one now, as `customer.address.area`, with `before` and `after`."""
    before = dict(_flat({name: getattr(order, name) for name in FIELDS}))
    after = dict(_flat(fields))
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _flat(fields: Fields, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, dt.datetime):
            yield prefix + name, value.astimezone(dt.UTC).isoformat()
        elif value is not None:
            yield prefix + name, value
