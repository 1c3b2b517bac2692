"""What stands on the tablets against what the database has: each card in its column, with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Flask

from dinner.tablet import Columns, Shown, Tablet
from ordertrack.boards import fragments
from ordertrack.boards.columns import BOARDS, Column
from ordertrack.database.session import tenant_context
from ordertrack.orders.reading.order_record import ItemRecord, OrderRecord
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House


def findings(app: Flask, house: House, tablets: Iterable[Tablet]) -> Iterator[str]:
    """Where a tablet shows something else than is so."""
    for tablet in tablets:
        tablet.page.wait_for_selector("body[data-live=live]")
        truth, shown = _seen_at_once(app, house, tablet)
        for column, cards in truth.items():
            if _placed(tablet, column, shown.get(column, [])) != _placed(tablet, column, cards):
                yield f"{tablet.name} shows {shown.get(column)} in {column}, and the database has {cards}"


def _placed(tablet: Tablet, column: str, cards: list[Shown]) -> list[Shown]:
    """As they stand; a dispatch board has its own groups in these two, by area and by rider."""
    is_grouped = tablet.board == "dispatch" and column in ("column-ready", "column-delivering")
    return sorted(cards) if is_grouped else cards


def _seen_at_once(app: Flask, house: House, tablet: Tablet) -> tuple[Columns, Columns]:
    """What is so and what the tablet shows at one moment: cards also leave by themselves."""
    while True:
        before, shown, after = (
            _truth(app, house, tablet.board),
            tablet.shown(),
            _truth(app, house, tablet.board),
        )
        if before == after:
            return before, shown


def _truth(app: Flask, house: House, board: str) -> Columns:
    with tenant_context(app, house.tenant_id):
        restaurant = find_restaurant(house.tenant_id, house.restaurants[0])
        assert restaurant is not None
        columns = fragments.standing(BOARDS[board], house.tenant_id, restaurant.id).columns
        return {column.dom_id: [_shown(column, order) for order in orders] for column, orders in columns}


def _shown(column: Column, order: OrderRecord) -> Shown:
    is_whole = not (column.is_slim or column.is_alarm or column.shown_for)
    return Shown(
        fragments.card_id(order.id),
        order.revision,
        order.has_unseen_changes and is_whole,
        [_line(order, item) for item in order.lines_to_see] if is_whole else [],
    )


def _line(order: OrderRecord, item: ItemRecord) -> str:
    mark = "VOID" if item.is_voided else "NEW" if order.is_new(item) else ""
    done = "done" if item.is_done and not item.is_voided else ""
    return f"{mark}|{item.quantity}×|{item.name}|{done}"
