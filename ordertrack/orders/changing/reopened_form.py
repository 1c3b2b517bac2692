"""The form that changes an order, when it opens and when somebody else was faster: what was typed is kept."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.changing.change_form import NEW_LINES, plain, shown
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_changes import TAKES_LINES

_OF_A_LINE = re.compile(r"line-([0-9]{1,9})-", re.ASCII)
_NOT_TYPED = frozenset({"revision", "was", "form", "person", "language"})


@dataclass(frozen=True, slots=True)
class Reopened:
    """A form over an order that somebody else changed since it was opened.

    `meanwhile` has the fields that both changed, with what the order says by now.
    """

    fields: MultiDict[str, str]
    meanwhile: dict[str, str]


def opened(order: OrderRecord) -> MultiDict[str, str]:
    """The fields of the form when it opens.

    `was` keeps them, to tell what is typed from what was there; `form` is the name of this one.
    """
    fields = shown(order)
    kept = json.dumps(dict(fields), ensure_ascii=False)
    return MultiDict({**fields, "was": kept, "form": secrets.token_hex(8)})


def reopened(order: OrderRecord, form: Mapping[str, str]) -> Reopened:
    """The form over the order as it is now: what was typed stands, all else is what the order says."""
    fields, was = opened(order), _was(form)
    positions = {str(item.position) for item in order.lines}
    meanwhile = {}
    for name in form.keys() - _NOT_TYPED:
        typed, before, now = plain(form[name]), was.get(name, ""), fields.get(name, "")
        line = _OF_A_LINE.match(name)
        if typed == before or (line is not None and line[1] not in positions):
            continue
        if now not in (before, typed):
            meanwhile[name] = now
        fields[name] = form[name]
    return Reopened(fields, meanwhile)


def unplaced(order: OrderRecord, form: Mapping[str, str]) -> Iterator[str]:
    """What was typed of lines and the order has no place for by now, a text each: `Kebab: 7, spicy`."""
    was, names = _was(form), {item.position: item.name for item in order.items}
    open_lines = {item.position for item in order.lines}
    takes_lines = order.status in TAKES_LINES
    for position in sorted({int(found[1]) for found in map(_OF_A_LINE.match, form) if found}):
        if takes_lines and position in open_lines:
            continue
        key = f"line-{position}-"
        fields = [key + name for name in ("quantity", "modifiers", "notes")]
        typed = [form[name] for name in fields if name in form and plain(form[name]) != was.get(name, "")]
        if form.get(f"{key}void") and position not in open_lines:
            typed.append(_("Void"))
        if typed:
            yield f"{names.get(position, position)}: {', '.join(typed)}"
    if not takes_lines:
        for row in NEW_LINES.typed(Typed(MultiDict(form))).values():
            yield ", ".join(
                filter(None, (f"{row['quantity']}× {row['name']}", row["modifiers"], row["notes"]))
            )


def _was(form: Mapping[str, str]) -> dict[str, str]:
    """What stood in the form when it opened; nothing if it does not tell, and all of it counts as typed."""
    try:
        was = json.loads(form.get("was", ""))
    except (ValueError, RecursionError):
        return {}
    return {name: str(text) for name, text in was.items()} if isinstance(was, dict) else {}
