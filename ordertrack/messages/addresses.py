"""Where the guest of an order is reached: their number, their e-mail address."""

from __future__ import annotations

import re
from email.headerregistry import Address

from ordertrack.i18n import phones
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import brand

_MAIL = re.compile(r"[^@\s,;<>\"'()\[\]\\]{1,64}@[^@\s,;<>\"'()\[\]\\]+\.[^@\s,;<>\"'()\[\]\\.]{2,}")
LONGEST_MAIL = 254


def number_of(order: OrderRecord) -> str | None:
    """As E.164 has it, if it can be one of a mobile telephone."""
    held = brand.of_restaurant(order.tenant_id, order.restaurant_id)
    country = phones.country_of(order.timezone, held.phone)
    e164 = phones.read(str(order.customer.get("phone") or ""), country).e164
    return e164 if e164 is not None and phones.can_be_texted(e164) else None


def mail_of(order: OrderRecord) -> str | None:
    said = order.customer.get("email")
    return mail(said) if isinstance(said, str) else None


def mail(text: str) -> str | None:
    """An e-mail address as it is compared; None for what is none."""
    text = text.strip()
    if len(text) > LONGEST_MAIL or not text.isascii() or not _MAIL.fullmatch(text):
        return None
    try:
        Address(addr_spec=text)
    except (ValueError, IndexError):
        return None
    name, _, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"
