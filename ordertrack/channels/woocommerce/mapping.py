"""What an order of the shop is here; its fields are those of the shop's REST API v3."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ordertrack.channels import texts
from ordertrack.channels.interface import Connection, Nothing, Refused, Said
from ordertrack.i18n import money
from ordertrack.i18n.form_fields import western
from ordertrack.i18n.translate import marked
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_changes import MOST_LINES
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.restaurants import find_restaurant

Json = Mapping[str, Any]

ENDS = {
    "cancelled": marked("Cancelled in the shop"),
    "refunded": marked("Refunded in the shop"),
    "failed": marked("The payment failed in the shop"),
    "trash": marked("Deleted in the shop"),
}
"""Statuses of the shop that end an order here, each with why."""
_COLLECTED = ("local_pickup", "pickup_location")  # methods of the shop itself, the second one's of its blocks
_CODE = re.compile(r"[A-Z]{2}-?[A-Z0-9]{0,4}|[A-Z0-9]{1,3}", re.ASCII)  # of a state: says nothing to a rider
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})[:h](\d{2})(?::\d{2})?(?:\.\d+)?\s*([ap]\.?m\.?)?", re.ASCII | re.IGNORECASE
)
_SECONDS = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_AT_ONCE = frozenset({"asap", "now", "dès que possible", "maintenant", "الآن", "0"})


def of_order(connection: Connection, order: Json) -> Said:
    """What the shop says of one of its orders; raises Nothing or Refused."""
    external_id = id_of(order)
    status = str(order.get("status") or "").removeprefix("wc-")
    as_of = modified_at(order) or _utc(order.get("date_created_gmt"))
    if status in ENDS:
        return Said(external_id, as_of, status=OrderStatus.CANCELLED, reason=ENDS[status], makes=False)
    if status in connection.settings["makes"]:
        return Said(external_id, as_of, new_order(connection, order))
    if status == "completed":
        return Said(external_id, as_of, status=OrderStatus.COMPLETED, makes=False)
    raise Nothing(_NOT_YET, order=external_id, status=status[:40])


def id_of(order: Json) -> str:
    """The order's id there, as text; raises Refused."""
    found = order.get("id")
    if isinstance(found, bool) or not isinstance(found, int | str) or not str(found).isdecimal():
        raise Refused(_NO_ID)
    return str(int(found))


def modified_at(order: Json) -> dt.datetime | None:
    """When it was changed last, in the shop."""
    return _utc(order.get("date_modified_gmt"))


def state_of(order: Json) -> str | None:
    """The same for the same state of an order, whichever way it came."""
    modified = order.get("date_modified_gmt")
    return f"{modified} {order.get('status')} {order.get('total')}" if isinstance(modified, str) else None


def new_order(connection: Connection, order: Json) -> NewOrder:
    """What is ordered; raises Refused."""
    restaurant = connection.restaurant(_custom(order, connection.settings.get("branch_key")))
    fulfilment = _fulfilment(connection, order)
    items = tuple(item for line in _list(order, "line_items") for item in _item(line))
    if not items:
        raise Refused(_NO_LINES)
    if len(items) > MOST_LINES:
        raise Refused(_MANY_LINES, lines=len(items), most=MOST_LINES)
    is_at_table = fulfilment == Fulfilment.DINE_IN
    table = texts.line(_custom(order, connection.settings.get("table_key")), 30) if is_at_table else None
    amounts, to_pay = _amounts(connection, order)
    note = "\n".join(
        each for each in (texts.lines(texts.from_html(order.get("customer_note"))), to_pay) if each
    )
    return NewOrder(
        restaurant=restaurant,
        fulfilment=fulfilment,
        items=items,
        reference=texts.line(order.get("number")) or id_of(order),
        customer=_customer(order, fulfilment),
        promised_at=_promised_at(connection, order, restaurant),
        note=texts.lines(note),
        table=table,
        amounts=amounts,
    )


def _item(line: Any) -> list[NewItem]:
    """One line; none where all of it was taken back."""
    if not isinstance(line, Mapping):
        raise Refused(_NO_LINES)
    chosen = [each for meta in _list(line, "meta_data") if (each := _modifier(meta)) is not None]
    # A variation's name ends with what was chosen of it, which stands in its fields too.
    said = (chosen and line.get("parent_name")) or line.get("name")
    name = texts.line(texts.from_html(said), texts.LONGEST_NAME)
    if name is None:
        raise Refused(_NAMELESS)
    if str(line.get("quantity")) in ("0", "0.0"):
        return []
    name, quantity = texts.counted(name, line.get("quantity"))
    modifiers, notes = texts.modifiers(chosen)
    return [NewItem(name, quantity, notes, modifiers, sku=texts.line(line.get("sku")))]


def _modifier(meta: Any) -> str | None:
    """What was chosen of a line: `Size: M`. What begins with an underscore is the shop's own business."""
    if not isinstance(meta, Mapping) or str(meta.get("key") or "_").startswith("_"):
        return None
    key = texts.line(texts.from_html(meta.get("display_key") or meta["key"]), 300)
    shown = meta.get("display_value")
    value = texts.line(texts.from_html(shown if isinstance(shown, str) else _plain(meta.get("value"))), 300)
    if value is None:
        return None
    return value if key is None or key == value else f"{key}: {value}"


def _fulfilment(connection: Connection, order: Json) -> Fulfilment:
    settings = connection.settings
    said = (_custom(order, settings.get("service_key")) or "").strip()
    if said:
        for each in Fulfilment:
            words = [*_words(settings.get(f"{each.value}_words")), each.value]
            if said.casefold() in words:
                return each
        raise Refused(_UNKNOWN_SERVICE, service=said[:60])
    methods = [
        str(each.get("method_id")) for each in _list(order, "shipping_lines") if isinstance(each, Mapping)
    ]
    if methods:
        is_collected = any(method.partition(":")[0] in _COLLECTED for method in methods)
        return Fulfilment.PICKUP if is_collected else Fulfilment.DELIVERY
    return Fulfilment(settings.get("service") or Fulfilment.DELIVERY)


def _promised_at(connection: Connection, order: Json, restaurant: str) -> dt.datetime | None:
    said = (_custom(order, connection.settings.get("time_key")) or "").strip()
    day = (_custom(order, connection.settings.get("date_key")) or "").strip()
    if not said or said.casefold() in _AT_ONCE:
        return None
    found = find_restaurant(connection.tenant_id, restaurant)
    zone = ZoneInfo(found.timezone) if found is not None else dt.UTC
    placed_at = _utc(order.get("date_created_gmt")) or dt.datetime.now(dt.UTC)
    moment = _moment(western(f"{day} {said}".strip()), zone, placed_at)
    if moment is None:
        raise Refused(_UNREADABLE_TIME, time=f"{day} {said}".strip()[:60])
    return moment


def _moment(said: str, zone: dt.tzinfo, placed_at: dt.datetime) -> dt.datetime | None:
    """Of a day and a time, a time of the day on which it was placed, or seconds; the first one of a span."""
    try:
        if _SECONDS.fullmatch(said):
            return dt.datetime.fromtimestamp(int(said[:10]), dt.UTC)
        if found := _ZONED.match(said):
            return dt.datetime.fromisoformat(found[0].replace(" ", "T", 1).replace(" ", "")).astimezone(
                dt.UTC
            )
        day, clock = _DAY.search(said), _CLOCK.search(said)
        if clock is None:
            return None
        date = dt.date(*map(int, day.groups())) if day else placed_at.astimezone(zone).date()
        moment = dt.datetime.combine(date, _clock(clock), zone)
        if day is None and moment < placed_at - dt.timedelta(hours=6):
            moment = dt.datetime.combine(date + dt.timedelta(days=1), _clock(clock), zone)  # after midnight
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _clock(found: re.Match[str]) -> dt.time:
    hour, half = int(found[1]), (found[3] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError(found[0])
    return dt.time(hour % 12 + (12 if half == "p" else 0) if half else hour, int(found[2]))


def _customer(order: Json, fulfilment: Fulfilment) -> dict[str, Any] | None:
    billing, shipping = _part(order, "billing"), _part(order, "shipping")
    name = _full_name(billing) or _full_name(shipping)
    phone = texts.line(billing.get("phone"), texts.LONGEST_PHONE) or texts.line(
        shipping.get("phone"), texts.LONGEST_PHONE
    )
    customer: dict[str, Any] = {"name": name, "phone": phone}
    if fulfilment == Fulfilment.DELIVERY:
        customer["address"] = _address(shipping if texts.line(shipping.get("address_1")) else billing)
    return {name: value for name, value in customer.items() if value} or None


def _address(of: Json) -> dict[str, Any]:
    said = [
        texts.line(texts.from_html(of.get(name)))
        for name in ("company", "address_1", "address_2", "postcode")
    ]
    state = texts.line(of.get("state"))
    address = {
        "lines": [each for each in said if each],
        "area": state if state and not _CODE.fullmatch(state) else None,
        "city": texts.line(of.get("city")),
    }
    return {name: value for name, value in address.items() if value}


def _full_name(of: Json) -> str | None:
    return texts.line(" ".join(str(of.get(name) or "") for name in ("first_name", "last_name")))


def _amounts(connection: Connection, order: Json) -> tuple[dict[str, Any] | None, str | None]:
    """Total and what is to be collected; as a line of the note where nobody counts in that currency."""
    currency, total = str(order.get("currency") or "").upper(), order.get("total")
    is_unpaid = not order.get("date_paid_gmt") and not order.get("date_paid")
    method = str(order.get("payment_method") or "").casefold()
    is_collected = is_unpaid and method in _words(connection.settings.get("cash_methods"))
    if total in (None, ""):
        return None, None
    if not money.is_currency(currency):
        return None, f"{texts.line(total, 30)} {currency[:10]}" if is_collected else None
    minor = texts.minor_units(total, currency)
    amounts = {"currency": currency, "total": minor}
    if is_collected:
        amounts["to_collect"] = minor
    elif not is_unpaid:
        amounts["to_collect"] = 0
    return amounts, None


def _custom(order: Json, key: str | None) -> str | None:
    """What a custom field of the order holds; raises Refused where that is no text."""
    if not key:
        return None
    for meta in _list(order, "meta_data"):
        if isinstance(meta, Mapping) and meta.get("key") == key and meta.get("value") not in (None, "", []):
            value = _plain(meta["value"])
            if value is None:
                raise Refused(_NO_TEXT, field=key)
            return value
    return None


def _plain(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _list(of: Json, name: str) -> list[Any]:
    """What is missing is empty; what should be a list and is none is not passed over."""
    found = of.get(name)
    if found is None or found == "":
        return []
    if not isinstance(found, list):
        raise Refused(_NO_LIST, field=name)
    return found


def _part(order: Json, name: str) -> Json:
    found = order.get(name)
    return found if isinstance(found, Mapping) else {}


def _words(said: Any) -> list[str]:
    return [each.strip().casefold() for each in str(said or "").split(",") if each.strip()]


def _utc(said: Any) -> dt.datetime | None:
    """A moment in GMT, as the shop writes it, without a zone."""
    try:
        found = dt.datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


_NOT_YET = marked("Order %(order)s is “%(status)s” in the shop: no order is made of it in this state.")
_NO_ID = marked("It has no id of an order.")
_NO_LINES = marked("The order has no line that can be made.")
_MANY_LINES = marked("The order has %(lines)s lines; %(most)s at most can be made of one.")
_NAMELESS = marked("A line of the order has no name.")
_UNKNOWN_SERVICE = marked(
    "“%(service)s” is no word for delivery, pickup or table that this connection knows."
)
_UNREADABLE_TIME = marked("“%(time)s” is no time that can be read.")
_NO_TEXT = marked("The field “%(field)s” holds no text.")
_NO_LIST = marked("“%(field)s” is no list.")
