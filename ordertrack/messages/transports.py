"""By what a message goes out: what every transport is, and which there are.

A transport is a package beside this module: how it sends, what it has to be told about its provider. It
registers itself, and whoever sends knows none of them by name.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from ordertrack.messages.fields import Field
from ordertrack.messages.kinds import Kind
from ordertrack.orders.reading.order_record import OrderRecord

Settings = Mapping[str, str]
"""What a company said about its provider, by the name of the field, secrets included."""


class Way(StrEnum):
    """The transports by the names that stand in orders, settings and the list of what was sent."""

    PUSH = "push"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be told to one guest, worded in their language.

    `id` is its own, for providers to name it in what they report. `address` is where this transport reaches
    the guest. `title` is a line by itself, `text` all of it without the `link`, of which it is None where
    links cannot be made or must not be sent. After `until` nobody wants it any more. `report_to` is where the
    provider may say what became of it, `stop_link` the page on which a guest ends messages.
    """

    tenant_id: uuid.UUID
    restaurant_id: uuid.UUID
    order_id: uuid.UUID | None
    id: uuid.UUID
    kind: Kind
    address: str
    language: str
    sender: str
    number: int
    title: str
    text: str
    link: str | None
    until: dt.datetime
    stop_link: str | None = None
    report_to: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken it: what it calls it, how many messages it counts it as, and what that costs."""

    reference: str | None = None
    cost: Decimal | None = None
    segments: int = 1
    is_delivered: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """It has certainly not gone. `for_good`: this way will never do for this guest; else it may later.

    `is_stopped`: the guest told the provider to send nothing more."""

    why: str
    for_good: bool = False
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class MayHaveGone:
    """Nobody knows whether it has: it is not sent again."""

    why: str


Outcome = Sent | NotSent | MayHaveGone


class Transport(Protocol):
    """`fields` is what the company has to say about its provider; nothing for one that needs none."""

    @property
    def way(self) -> Way: ...

    @property
    def name(self) -> str:
        """A message of the catalogue."""

    @property
    def fields(self) -> tuple[Field, ...]: ...

    def address_of(self, order: OrderRecord) -> str | None:
        """Where this guest is reached, as a stop would name it; None if not by this."""

    def is_set_up(self, settings: Settings) -> bool:
        """Whether what the company said is enough to send."""

    def send(self, message: Message, settings: Settings) -> Outcome:
        """Send it, and take no more than half a minute. It raises nothing that the network brought about."""


@dataclass
class _Known:
    transports: dict[Way, Transport] = field(default_factory=dict)


_known = _Known()


def register(transport: Transport) -> None:
    _known.transports[transport.way] = transport


def known() -> Iterable[Transport]:
    """All, in the order in which they are offered."""
    return [_known.transports[way] for way in Way if way in _known.transports]


def of(way: Way) -> Transport | None:
    return _known.transports.get(way)
