"""What came of the changes of a dinner: each in the log once, in its order as it was asked for, and seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dinner.evening import MANY, Evening
from dinner.till import Told
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus


def findings(evening: Evening) -> Iterator[str]:
    """One sentence for everything that is not as it has to be."""
    entries = _entries(evening)
    yield from _logged(evening.till.told, entries)
    yield from (fault for told in evening.till.told for fault in _as_asked(told))
    yield from _stand(evening)
    yield from _seen(entries, set().union(*(tablet.insisted for tablet in evening.tablets)))


def summary(evening: Evening) -> str:
    told = evening.till.told
    acts = Counter(entry.act for entry in _entries(evening) if isinstance(entry, ActionRecord))
    refused = sum(each.order is None for each in told)
    return (
        f"{len(told)} changes, {refused} of them refused, {acts[OrderAction.ACKNOWLEDGE]} times seen;"
        f" {acts[OrderAction.DELAY]} delays, {acts[OrderAction.FIRE]} begun when they were due"
    )


def _entries(evening: Evening) -> list[EventRecord | ActionRecord]:
    with tenant_context(evening.app, evening.house.tenant_id):
        return event_log.entries_after(evening.house.tenant_id, 0, MANY)


def _logged(told: list[Told], entries: list[EventRecord | ActionRecord]) -> Iterator[str]:
    """Every change that was answered 200 is in the log once, and none that was refused."""
    logged = {
        (entry.metadata["change"], entry.order_id, entry.changes["revision"])
        for entry in entries
        if isinstance(entry, ActionRecord) and entry.changes is not None
    }
    made = {(each.number, each.order_id, each.order["revision"]) for each in told if each.order is not None}
    yield from (f"the change {each} was answered and is not in the log" for each in made - logged)
    yield from (f"the change {each} is in the log, and nobody was told so" for each in logged - made)


def _as_asked(told: Told) -> Iterator[str]:
    """The order in the answer has what was asked for."""
    if told.order is None:
        return
    wish, lines = told.wish, told.order["lines"]
    if "line" in wish and not lines[wish["line"] - 1]["voided"]:
        yield f"{told} has not voided its line"
    added = {name: told.order["items"][-1][name] for name in ("name", "quantity")}
    if "item" in wish and added != wish["item"]:
        yield f"{told} has not added its line"
    if "note" in wish and told.order["note"] != wish["note"]:
        yield f"{told} has not set its note"


def _stand(evening: Evening) -> Iterator[str]:
    """What the last answer said of an order's lines is so in the end."""
    last = {told.order_id: told.order for told in evening.till.told if told.order is not None}
    with tenant_context(evening.app, evening.house.tenant_id):
        for order_id, said in last.items():
            order = records.find(evening.house.tenant_id, order_id)
            assert order is not None
            stand = [(item.name, item.quantity, item.is_voided) for item in order.items]
            told = [
                (item["name"], item["quantity"], line["voided"])
                for item, line in zip(said["items"], said["lines"], strict=True)
            ]
            if (stand, order.note) != (told, said["note"]):
                yield f"order {order.number} has {stand}, {order.note!r}; the till was told {said}"


def _seen(entries: list[EventRecord | ActionRecord], insisted: set[str]) -> Iterator[str]:
    """No board called ready what it had not seen, unless somebody insisted.

    Who insists does so before open lines; somebody else may strike the last one off before the tap arrives.
    """
    unseen = set()
    for entry in entries:
        if isinstance(entry, ActionRecord) and entry.act in (OrderAction.CHANGE, OrderAction.ACKNOWLEDGE):
            change = {entry.order_id}
            unseen = unseen | change if entry.act == OrderAction.CHANGE else unseen - change
        is_ready = isinstance(entry, EventRecord) and entry.to_status == OrderStatus.READY
        if is_ready and entry.order_id in unseen and entry.metadata.get("tap") not in insisted:
            yield f"order {entry.number} was called ready and its changes were not seen"
