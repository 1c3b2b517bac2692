"""What a shop says of an order is that order here, or a refusal that says why; and whatever came is kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from channels.conftest import Connected
from channels.shop import an_order, later, meta, stamp
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import TIMEZONE

Connect = Callable[..., Connected]
ALL_KEYS = {
    "branch_key": "branch",
    "service_key": "service",
    "time_key": "delivery_time",
    "date_key": "delivery_date",
    "table_key": "table",
}
BRANCHES = {"hamra": "Hamra St", "jounieh": "Jounieh"}


def lines(order: OrderRecord) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(item.name, item.quantity, item.modifiers) for item in order.lines]


def test_every_field_of_an_order_is_where_it_belongs(connect: Connect) -> None:
    connected = connect()
    assert connected.deliver(an_order()).status_code == 200
    [order] = connected.orders()
    assert (order.restaurant, order.channel, order.reference) == ("hamra", "Web shop", "1001")
    assert (order.status, order.fulfilment) == (OrderStatus.PENDING, Fulfilment.DELIVERY)
    assert lines(order) == [("Mixed grill", 1, ("Sauce: Garlic",)), ("Fattoush", 2, ())]
    assert order.note == "Ring twice & wait"
    assert (order.currency, order.total, order.to_collect) == ("USD", 3450, 3450)
    assert order.customer == {
        "name": "Rana Haddad",
        "phone": "+961 3 555 019",
        "address": {"lines": ["Makdisi Street 12", "3rd floor"], "city": "Beirut"},
    }
    assert order.promised_at is None
    assert connected.became() == ["done"]


def test_branch_service_table_and_time_stand_where_the_settings_say(connect: Connect) -> None:
    connected = connect(BRANCHES, **ALL_KEYS)
    tomorrow = dt.datetime.now(TIMEZONE).date() + dt.timedelta(days=1)
    said = {"branch": "jounieh", "service": "Table", "table": "12", "delivery_date": str(tomorrow)}
    connected.deliver(an_order(meta_data=meta(**said, delivery_time="07:30 pm - 08:00 pm")))
    [order] = connected.orders()
    assert (order.restaurant, order.fulfilment, order.table) == ("jounieh", Fulfilment.DINE_IN, "12")
    assert order.promised_at == dt.datetime.combine(tomorrow, dt.time(19, 30), TIMEZONE)
    assert "address" not in order.customer


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{now:%Y-%m-%dT%H:%M:%S+00:00}", 0),
        ("{now:%Y-%m-%d %H:%M}", -10800),  # of the restaurant's clock, three hours before that of UTC
        ("{seconds}", 0),
        ("asap", None),
        ("", None),
    ],
)
def test_a_time_may_be_written_in_several_ways(connect: Connect, said: str, expected: int | None) -> None:
    connected = connect(time_key="when")
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0) + dt.timedelta(hours=4)
    text = said.format(now=now, seconds=int(now.timestamp()))
    connected.deliver(an_order(meta_data=meta(when=text)))
    [order] = connected.orders()
    offset = TIMEZONE.utcoffset(now.replace(tzinfo=None))
    assert offset is not None
    shift = dt.timedelta(seconds=0 if not expected else -offset.total_seconds())
    assert order.promised_at == (None if expected is None else now + shift)


OTHERWISE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"shipping_lines": [{"method_id": "local_pickup"}]}, {"fulfilment": Fulfilment.PICKUP}),
    ({"shipping_lines": [{"method_id": "pickup_location:2"}]}, {"fulfilment": Fulfilment.PICKUP}),
    ({"shipping_lines": []}, {"fulfilment": Fulfilment.DELIVERY}),
    ({"payment_method": "stripe", "date_paid_gmt": "2026-11-30T10:00:00"}, {"to_collect": 0}),
    ({"payment_method": "bacs"}, {"to_collect": None, "total": 3450}),
    ({"currency": "JPY", "total": "1250.00"}, {"total": 1250, "currency": "JPY"}),
    ({"currency": "KWD", "total": "3.250"}, {"total": 3250}),
    ({"currency": "LBP", "total": "450000"}, {"total": 45000000}),
    ({"currency": "IRT", "total": "90000"}, {"total": None, "note": "Ring twice & wait\n90000 IRT"}),
    ({"total": "34.505"}, {"total": 3450}),
    ({"number": "W-7"}, {"reference": "W-7"}),
    ({"customer_note": "بدون بصل\u202e"}, {"note": "بدون بصل"}),
    ({"customer_note": ""}, {"note": None}),
]


def test_what_shops_write_otherwise_is_understood(connect: Connect) -> None:
    connected = connect()
    for number, (changed, _) in enumerate(OTHERWISE, 2001):
        connected.deliver(an_order(number, **changed))
    assert connected.became() == ["done"] * len(OTHERWISE)
    for order, (changed, what) in zip(connected.orders(), OTHERWISE, strict=True):
        assert {name: getattr(order, name) for name in what} == what, changed


def line(**changed: Any) -> dict[str, Any]:
    return {"line_items": [{"name": "Kebab", "quantity": 1, "sku": "", "meta_data": []} | changed]}


BOUGHT: list[tuple[dict[str, Any], tuple[str, int, tuple[str, ...]]]] = [
    (line(quantity=3), ("Kebab", 3, ())),
    (line(quantity="2"), ("Kebab", 2, ())),
    (line(quantity=0.5), ("0.5 × Kebab", 1, ())),
    (line(quantity=1000), ("1000 × Kebab", 1, ())),
    (line(name="Kebab &ndash; Large"), ("Kebab – Large", 1, ())),
    (
        line(parent_name="Kebab", name="Kebab - Large", meta_data=meta(size="Large")),
        ("Kebab", 1, ("size: Large",)),
    ),
    (
        line(meta_data=meta(_hidden="1", extra=["a", "b"], note="No salt")),
        ("Kebab", 1, ("note: No salt",)),
    ),
    (line(meta_data=meta(pieces=4)), ("Kebab", 1, ("pieces: 4",))),
]


def test_a_line_is_made_as_it_was_bought(connect: Connect) -> None:
    connected = connect()
    for number, (changed, _) in enumerate(BOUGHT, 2001):
        connected.deliver(an_order(number, **changed))
    assert connected.became() == ["done"] * len(BOUGHT)
    for order, (changed, expected) in zip(connected.orders(), BOUGHT, strict=True):
        assert lines(order) == [expected], changed


def test_what_is_too_long_for_a_modifier_stands_in_the_notes(connect: Connect) -> None:
    connected = connect()
    connected.deliver(an_order(**line(meta_data=meta(wish="no nuts, " * 20))))
    [item] = connected.orders()[0].lines
    assert item.modifiers == () and (item.notes or "").startswith("wish: no nuts, no nuts")


BENT: list[tuple[bytes | dict[str, Any], str]] = [
    (b"", "It is no JSON object."),
    (b"\xff\xfe{", "It is no JSON object."),
    (b"[" * 5000, "It is no JSON object."),
    (b"[1]", "It is no JSON object."),
    ({"id": None}, "It has no id of an order."),
    ({"id": "x1"}, "It has no id of an order."),
    ({"id": "7\0\ud800", "date_modified_gmt": "\ud800"}, "It has no id of an order."),
    ({"id": "9" * 5000}, "This could not be read (ValueError)"),
    ({"meta_data": meta(branch="Tri\0p\ud800")}, "No restaurant of this connection is called “Trip?” there."),
    ({"line_items": []}, "The order has no line that can be made."),
    ({"line_items": {"0": {}}}, "“line_items” is no list."),
    ({"line_items": None}, "The order has no line that can be made."),
    (line(name=" \u200b "), "A line of the order has no name."),
    (line(quantity=-1), "“-1” is no quantity of “Kebab”."),
    (line(quantity="a lot"), "“a lot” is no quantity of “Kebab”."),
    (line(quantity=None), "“None” is no quantity of “Kebab”."),
    (
        {"line_items": line()["line_items"] * 201},
        "The order has 201 lines; 200 at most can be made of one.",
    ),
    ({"total": "a lot"}, "“a lot” is no amount of money."),
    ({"total": "-1"}, "“-1” is no amount of money."),
    (
        {"meta_data": meta(branch="Tripoli")},
        "No restaurant of this connection is called “Tripoli” there.",
    ),
    ({"meta_data": []}, "The order does not say for which restaurant it is."),
    ({"meta_data": meta(branch={"id": 4})}, "The field “branch” holds no text."),
    (
        {"meta_data": meta(branch="Jounieh", service="by drone")},
        "“by drone” is no word for delivery, pickup or table that this connection knows.",
    ),
    ({"meta_data": meta(branch="Jounieh", delivery_time="soon")}, "“soon” is no time that can be read."),
    (
        {"meta_data": meta(branch="Jounieh", delivery_time="2031-01-01 10:00")},
        "promised_at must lie between one hour ago and 30 days ahead",
    ),
]


def test_each_bent_payload_is_kept_as_it_came_and_refused_with_the_reason(connect: Connect) -> None:
    connected = connect(BRANCHES, **ALL_KEYS)
    sent = []
    for number, (body, _) in enumerate(BENT, 2001):
        bent = an_order(number, meta_data=meta(branch="Jounieh"))
        said = body if isinstance(body, bytes) else json.dumps(bent | body).encode()
        answer = connected.deliver(said)
        assert answer.status_code == 200, answer.text  # after five others the shop would tell no more
        sent.append(said)
    assert connected.orders() == []
    assert [each.body for each in connected.payloads()] == sent
    for outcome, (body, why) in zip(connected.became(), BENT, strict=True):
        assert outcome.startswith(f"refused: {why}"), (body, outcome)


def test_other_states_make_no_order(connect: Connect) -> None:
    connected = connect()
    statuses = ("pending", "on-hold", "checkout-draft", "completed", "cancelled", "wc-mine")
    for number, status in enumerate(statuses, 2001):
        assert connected.deliver(an_order(number, status=status)).status_code == 200
    assert connected.orders() == []
    assert all(each.startswith("nothing: ") for each in connected.became())


def test_which_states_make_an_order_is_a_setting(connect: Connect) -> None:
    connected = connect(makes=["processing", "on-hold"])
    first = an_order(status="on-hold")
    connected.deliver(first)
    connected.deliver(later(first, status="processing"), "order.updated")
    [order] = connected.orders()
    assert order.status == OrderStatus.PENDING
    assert connected.became() == ["done", "nothing: Nothing is otherwise than it was."]


def test_an_order_of_long_ago_is_not_cooked_again(connect: Connect) -> None:
    connected = connect()
    old = stamp(dt.datetime.now(dt.UTC) - dt.timedelta(days=3))
    connected.deliver(an_order(status="completed", date_modified_gmt=old))
    connected.deliver(an_order(date_modified_gmt=stamp(dt.datetime.now(dt.UTC) - dt.timedelta(days=4))))
    assert connected.orders() == []
    assert connected.became()[1] == "nothing: A newer state of this order came before."
