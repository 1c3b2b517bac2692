"""What goes along with an order: the guest's link, as a code for a camera and as messages to send."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import url_for
from markupsafe import Markup

from ordertrack.i18n import phones
from ordertrack.messages import wording
from ordertrack.order_entry import messages
from ordertrack.order_entry.messages import Messages
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import brand
from ordertrack.web import links, qr


class Along(NamedTuple):
    """`link` is the whole address, which few guests can open if it `is_within` the house's own network.

    The messages are in the guest's language.
    """

    link: str
    code: Markup
    messages: Messages
    is_within: bool


def of_order(order: OrderRecord) -> Along:
    link = links.site() + url_for("tracking.show", token=order.tracking_token).removeprefix("/")
    held = brand.of_restaurant(order.tenant_id, order.restaurant_id)
    country = phones.country_of(ZoneInfo(order.timezone).key, held.phone)
    said = messages.of_link(
        link,
        restaurant=held.name or order.restaurant_name,
        number=order.number,
        guest=order.customer.get("name"),
        e164=phones.read(order.customer.get("phone") or "", country).e164,
        language=wording.language_of(order),
    )
    return Along(link, qr.svg(link), said, links.are_within())
