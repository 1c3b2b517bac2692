"""An earlier order once more: what of it can still be had, as lines of the form, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ordertrack.boards.allergens import leaves_out_an_allergen, speaks_of_allergy
from ordertrack.i18n.translate import current
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.reading import Dish, Menu, name_in
from ordertrack.order_entry import lines
from ordertrack.orders.reading.records import ItemRecord, OrderRecord


@dataclass(frozen=True, slots=True)
class Again:
    """`rows` are the fields of each line; `left_out` has a sentence for each thing that is not among them."""

    rows: tuple[dict[str, str | list[str]], ...]
    left_out: tuple[str, ...]


def of_order(order: OrderRecord, menu: Menu, zone: ZoneInfo) -> Again:
    rows, left_out = [], []
    for item in order.lines:
        dish = _dish(item, menu)
        if dish is None:
            rows.append(_as_typed(item))
            continue
        name = name_in(dish.names, current().tag)
        if not dish.is_offered:
            left_out.append(_("%(dish)s is not on the menu any more.", dish=name))
        elif dish.sold_out_until is not None:
            left_out.append(lines.sold_out(name, dish.sold_out_until, zone))
        else:
            row, missing = _as_dish(item, dish)
            rows.append(row)
            left_out += [_("%(dish)s, without “%(choice)s”.", dish=name, choice=each) for each in missing]
    return Again(tuple(rows), tuple(left_out))


def _dish(item: ItemRecord, menu: Menu) -> Dish | None:
    """The dish that the line was: by what the company calls it, else by its name; None if it was typed."""
    return menu.by_sku.get(item.sku) if item.sku else lines.found_by_name(menu, item.name)


def _as_typed(item: ItemRecord) -> dict[str, str | list[str]]:
    return {
        "name": item.name,
        "quantity": str(item.quantity),
        "modifier": list(item.modifiers),
        "notes": item.notes or "",
    }


def _as_dish(item: ItemRecord, dish: Dish) -> tuple[dict[str, str | list[str]], list[str]]:
    """The fields of the line, and what was chosen then and cannot be now."""
    picked = {text: lines.chosen(dish, text) for text in item.modifiers}
    missing = [text for text, choice in picked.items() if choice is None]
    kept = [text for text in missing if _is_of_health(text)]  # that goes on, whatever the menu says
    row: dict[str, str | list[str]] = {
        "sku": dish.sku,
        "quantity": str(item.quantity),
        "modifier": [choice[0] for choice in picked.values() if choice],
        "notes": "\n".join([*kept, *([item.notes] if item.notes else [])]),
    }
    return row, [text for text in missing if text not in kept]


def _is_of_health(text: str) -> bool:
    return speaks_of_allergy(text) or leaves_out_an_allergen(text)


def fields(rows: tuple[dict[str, str | list[str]], ...]) -> Iterator[tuple[str, str]]:
    """As a browser would send them."""
    for number, row in enumerate(rows):
        for name, value in row.items():
            for text in value if isinstance(value, list) else [value]:
                yield f"line-{number}-{name}", text
