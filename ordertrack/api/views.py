"""The calls about orders and their events: each parses, calls one verb, renders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from flask import Response, request, url_for

from ordertrack.api import reading
from ordertrack.api.answers import EventList, OrderAnswer, OrderList
from ordertrack.api.authentication import principal
from ordertrack.api.blueprint import answer, blueprint
from ordertrack.api.change_schemas import ChangesRequest
from ordertrack.api.confinement import require_order, require_restaurant
from ordertrack.api.openapi import document
from ordertrack.api.paging import feed_position, page_after, read_page
from ordertrack.api.queries import (
    EventsQuery,
    Included,
    OrderEventsQuery,
    OrdersQuery,
    StreamQuery,
)
from ordertrack.api.schemas import ActionRequest, OrderRequest, TransitionRequest
from ordertrack.api.stream import topic_of
from ordertrack.live.cursor import Cursor
from ordertrack.orders.changing import changes
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.moving.transitions import OrderChanged, OrderMoved
from ordertrack.orders.placing import intake
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.streams import sse
from ordertrack.web import links
from ordertrack.web.problems import Refusal, problem_of

MOST_ENTRIES = 500  # of one order in one answer: nobody strikes a line off and back so often
LARGEST_LIST = 1_000_000  # characters of orders' lines in one answer, about
_LINE = 200  # characters around what a line says
_AT_ONCE = 51  # orders that are read together
MOST_PASSED = 100_000  # entries of the log that one call looks through for those of a key's restaurants


@blueprint.post("/orders")
def place_order() -> Response:
    """Take an order in: 201, or 200 if this idempotency key brought the same order before."""
    order = reading.body(OrderRequest).to_order()
    order_id, is_new = intake.place(order, by=principal(), idempotency_key=reading.idempotency_key())
    location = url_for("api.order", order_id=order_id)
    return _answer(_order(order_id), 201 if is_new else 200, {"Location": location})


@blueprint.get("/orders")
def orders() -> Response:
    """The tenant's orders, newest first, a page at a time."""
    query = reading.query(OrdersQuery)
    tenant_id = principal().tenant_id
    before = read_page(query.page)
    if query.restaurant is not None:
        require_restaurant(principal(), query.restaurant)
    shown, are_more = _that_fit(query, tenant_id, before)
    return answer(
        OrderList(
            items=[OrderAnswer.of(order, links.site()) for order in shown],
            next=page_after(shown[-1]) if are_more else None,
        )
    )


def _that_fit(
    query: OrdersQuery, tenant_id: uuid.UUID, before: tuple[dt.datetime, uuid.UUID] | None
) -> tuple[list[OrderRecord], bool]:
    """As many as were asked for, or fit into an answer, one at least; and whether there are more."""
    found: list[OrderRecord] = []
    left = LARGEST_LIST
    while True:
        wanted = min(_AT_ONCE, query.limit + 1 - len(found))
        some = records.newest(tenant_id, wanted, before, query.restaurant, query.status, _bound_to())
        for order in some:
            left -= _size(order)
            if len(found) == query.limit or (found and left < 0):
                return found, True
            found.append(order)
        if len(some) < wanted:
            return found, False
        before = some[-1].placed_at, some[-1].id


def _size(order: OrderRecord) -> int:
    """About how many characters its lines take."""
    return sum(
        _LINE + len(item.name) + len(item.notes or "") + sum(map(len, item.modifiers)) for item in order.items
    )


@blueprint.get("/orders/<uuid:order_id>")
def order(order_id: uuid.UUID) -> Response:
    """One order."""
    return _answer(_order(order_id))


@blueprint.post("/orders/<uuid:order_id>/transitions")
def advance_order(order_id: uuid.UUID) -> Response:
    """Move an order; a move that was made before is answered like one that is made now."""
    move = reading.body(TransitionRequest)
    with _as_it_is_now(order_id):
        result = transitions.advance(
            order_id,
            move.to,
            by=principal(),
            expected_status=move.seen,
            expected_revision=move.revision,
            reason=move.reason,
            metadata=move.metadata,
        )
    return _answer(result.order)


@blueprint.post("/orders/<uuid:order_id>/actions")
def act_on_order(order_id: uuid.UUID) -> Response:
    """Do something to an order besides moving it; what is so already is answered like what is done now."""
    asked = reading.body(ActionRequest)
    with _as_it_is_now(order_id):
        result = actions.act(
            order_id,
            asked.act,
            by=principal(),
            expected_status=asked.seen,
            expected_revision=asked.revision,
            line=asked.line,
            detail=asked.detail,
            minutes=asked.minutes,
            metadata=asked.metadata,
        )
    return _answer(result.order)


@blueprint.post("/orders/<uuid:order_id>/changes")
def change_order(order_id: uuid.UUID) -> Response:
    """Change an order, all at once."""
    asked = reading.body(ChangesRequest)
    with _as_it_is_now(order_id):
        result = changes.change(
            order_id,
            asked.to_changes(),
            by=principal(),
            expected_revision=asked.revision,
            reason=asked.reason,
            metadata=asked.metadata,
        )
    return _answer(result.order)


@blueprint.get("/orders/<uuid:order_id>/events")
def order_events(order_id: uuid.UUID) -> Response:
    """An order's story, oldest first: all at once, unless it is longer than any honest one."""
    query = reading.query(OrderEventsQuery)
    tenant_id = principal().tenant_id
    require_order(principal(), order_id)
    position, _ = feed_position(tenant_id, query.after)
    found = _reader(query.include)(tenant_id, position.seq, MOST_ENTRIES + 1, order_id=order_id)
    events = found[:MOST_ENTRIES]
    return answer(EventList.of(events, next=str(events[-1].cursor) if len(found) > len(events) else None))


@blueprint.get("/events")
def events() -> Response:
    """The tenant's events after a cursor, oldest first; `next` is where to read on, now or later."""
    query = reading.query(EventsQuery)
    tenant_id = principal().tenant_id
    position, head = feed_position(tenant_id, query.after)
    read = _reader(query.include)
    if (only := _bound_to()) is None:
        found = read(tenant_id, position.seq, query.limit)
        return answer(EventList.of(found, next=str(found[-1].cursor if found else position)))
    # What lies between is of other restaurants: it is passed once, a stretch at a time.
    end = min(head.seq, position.seq + MOST_PASSED)
    found = read(tenant_id, position.seq, query.limit, of_restaurants=only, until=end)
    is_whole = len(found) < query.limit
    return answer(EventList.of(found, next=str(Cursor(head.epoch, end) if is_whole else found[-1].cursor)))


@blueprint.get("/stream")
def stream() -> Response:
    """Events as they happen, after what was missed since `Last-Event-ID` or `after`."""
    query = reading.query(StreamQuery)
    watcher = principal()
    topic = topic_of(watcher, query.restaurant, query.order, query.include)
    if query.after or request.headers.get("Last-Event-ID"):
        return sse.answer(watcher, topic, sse.requested_cursor(), in_chunks=True)
    return sse.answer(watcher, topic, event_log.head(watcher.tenant_id), in_chunks=True)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of these calls, made from the models that check them."""
    return Response(document(), mimetype="application/json")


@contextmanager
def _as_it_is_now(order_id: uuid.UUID) -> Iterator[None]:
    """Who saw an order otherwise is told by 409 how it is now."""
    try:
        yield
    except (OrderChanged, OrderMoved) as error:
        problem = problem_of(error)
        fresh = OrderAnswer.of(_order(order_id), links.site())
        now = {"order": fresh.model_dump(mode="json"), "revision": fresh.revision}
        raise Refusal(replace(problem, fields=problem.fields | now)) from None


def _reader(include: Included | None) -> Callable[..., Sequence[EventRecord | ActionRecord]]:
    return event_log.events_after if include is None else event_log.entries_after


def _order(order_id: uuid.UUID) -> OrderRecord:
    return require_order(principal(), order_id)


def _bound_to() -> list[uuid.UUID] | None:
    """The restaurants that the key is for; None if it is for all."""
    bound = principal().restaurants
    return None if bound is None else [each.id for each in bound]


def _answer(order: OrderRecord, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return answer(OrderAnswer.of(order, links.site()), status, headers)
