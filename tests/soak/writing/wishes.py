"""What a step that changes an order asks for: as the API takes it, and as the form does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from soak.plans.steps import Change, Deed, Sight
from soak.stage import Look

Wish = dict[str, Any]
# At once, or so late that the clock begins nothing while a round lasts.
_PROMISED_IN = (1, 45, 90)


def revision(sight: Sight, look: Look) -> int:
    """The revision that is claimed to have been seen."""
    match sight:
        case Sight.OUTDATED:
            return max(1, look.revision - 1)
        case Sight.AHEAD:
            return look.revision + 1000
    return look.revision


def changes(step: Change, look: Look, tag: str, *, is_by_form: bool) -> list[Wish]:
    """In the order in which the form makes them too; each leaves something of `tag`, so that none is void."""
    places = sorted(look.lines) or [1]
    line = places[int(step.choice * len(places))]
    quantity = 1 + int(step.choice * 100) % 4
    wishes: list[Wish] = []
    if Deed.VOID in step.deeds:
        wishes.append({"do": "void_line", "line": line})
    if Deed.REPLACE in step.deeds:
        name = look.lines.get(line, {"name": "Nothing"})["name"]  # a form leaves it as it is
        item = {"name": name, "quantity": quantity, "notes": tag}
        wishes.append({"do": "change_line", "line": line, "item": item})
    if Deed.ADD in step.deeds:
        wishes.append({"do": "add_line", "item": {"name": "Cola", "quantity": quantity, "notes": tag}})
    if Deed.SET in step.deeds:
        wishes.append({"do": "set"} | _fields(step.choice, tag, is_by_form=is_by_form))
    return wishes


def _fields(choice: float, tag: str, *, is_by_form: bool) -> dict[str, Any]:
    """Some that the kitchen is told of, and some that it is not."""
    minutes = _PROMISED_IN[int(choice * 100) % len(_PROMISED_IN)]
    promised_at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    # The form knows no seconds, and two such could be the same.
    sets: list[dict[str, Any]] = [
        {"note": tag} if is_by_form else {"note": tag, "promised_at": promised_at.isoformat()},
        {"customer": {"name": tag}},
        {"note": tag, "reference": tag},
        {"reference": tag},
    ]
    return sets[int(choice * 1000) % len(sets)]


def as_form(wishes: list[Wish], seen: int, tag: str) -> dict[str, str]:
    """The fields of the form that make these changes; what is left out stays."""
    form = {"revision": str(seen), "reason": tag}
    for wish in wishes:
        match wish["do"]:
            case "void_line":
                form[f"line-{wish['line']}-void"] = "1"
            case "change_line":
                form |= _row(f"line-{wish['line']}-", wish["item"])
            case "add_line":
                form |= _row("new-0-", wish["item"])
            case "set":
                form |= {name: wish[name] for name in ("note", "reference") if name in wish}
                form |= {"customer_name": wish["customer"]["name"]} if "customer" in wish else {}
    return form


def _row(prefix: str, item: dict[str, Any]) -> dict[str, str]:
    return {f"{prefix}{name}": str(value) for name, value in item.items()}
