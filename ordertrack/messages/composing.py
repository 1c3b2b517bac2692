"""What goes out to one guest by one transport, in their language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from flask import current_app

from ordertrack.database.config import Settings as House
from ordertrack.i18n.translate import speaking
from ordertrack.messages import kinds, wording
from ordertrack.messages.choices import Choice
from ordertrack.messages.models import GuestMessage
from ordertrack.messages.providers import Provider
from ordertrack.messages.transports import Message, Transport
from ordertrack.orders.reading.order_record import OrderRecord


class Path(NamedTuple):
    """A transport by which this guest can be told."""

    transport: Transport
    provider: Provider
    address: str


@dataclass(frozen=True, slots=True)
class Telling:
    """All that is known of what is to be told."""

    held: GuestMessage
    order: OrderRecord
    choice: Choice

    @property
    def until(self) -> dt.datetime:
        return self.held.since + kinds.WITHIN[self.held.kind]


def message_of(telling: Telling, path: Path) -> Message:
    """What goes out by this way, in the guest's language."""
    order, held = telling.order, telling.held
    language = wording.language_of(order)
    with speaking(language):
        said = wording.worded(held.kind, wording.facts_of(order), dt.datetime.now(dt.UTC))
    site = site_of_house()
    link = f"{site}/track/{order.tracking_token}" if site else None
    hook = path.provider.hook
    return Message(
        tenant_id=order.tenant_id,
        restaurant_id=order.restaurant_id,
        order_id=order.id,
        id=held.id,
        kind=held.kind,
        address=path.address,
        language=language,
        sender=wording.sender_of(order, telling.choice.sender),
        number=order.number,
        title=said.title,
        text=said.text,
        link=link,
        until=telling.until,
        stop_link=f"{link}/stop" if link else None,
        report_to=f"{site}/hooks/messages/{hook}?message={held.id}" if site and hook else None,
        token=order.tracking_token,
    )


def site_of_house() -> str | None:
    """What links that leave the house begin with, as far as the operator has said it."""
    settings: House = current_app.config["SETTINGS"]
    return settings.public_url or None
