"""What a guest reads of an order, wherever it is sent: as a restaurant would say it, in their language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ordertrack.boards import reasons
from ordertrack.i18n import moments
from ordertrack.i18n.translate import LANGUAGES, SOURCE, tag_of, with_digits
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages.kinds import Kind
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import brand, operations
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla import card_timers
from ordertrack.tenants import company
from ordertrack.tracking import cancelled


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to tell of an order. `between` is an estimate; `is_moved`: what was promised is later
    than it was at first; `why` it was cancelled, as a guest may know it."""

    number: int
    fulfilment: Fulfilment
    zone: ZoneInfo
    promised_at: dt.datetime | None = None
    between: tuple[dt.datetime, dt.datetime] | None = None
    is_moved: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Worded:
    """`title` stands for itself; `text` begins with it."""

    title: str
    text: str


def language_of(order: OrderRecord) -> str:
    """In which the guest is written to; the digits of Arabic are the restaurant's choice."""
    settings = operations.of_restaurant(order.tenant_id, order.restaurant_id)
    tag = guests_language(order.customer.get("locale"), company.languages_of(order.tenant_id))
    return with_digits(tag, are_arabic=settings.arabic_digits)


def guests_language(locale: object, languages: tuple[str, ...]) -> str:
    """The tag of the language in which a guest is written to: their own, else the company's first."""
    own = tag_of(locale if isinstance(locale, str) else None)
    return own or next((tag for tag in languages if tag in LANGUAGES), SOURCE)


def sender_of(order: OrderRecord, chosen: str | None) -> str:
    """By which name the restaurant tells it."""
    held = brand.of_restaurant(order.tenant_id, order.restaurant_id)
    return chosen or held.name or order.restaurant_name


def facts_of(order: OrderRecord) -> Facts:
    """In the language spoken, as the guest's page says it."""
    end = card_timers.expected_end_of(order)
    return Facts(
        order.number,
        order.fulfilment,
        order.zone,
        order.promised_at,
        (end.low_at, end.high_at) if end else None,
        order.delayed_by > 0,
        cancelled.why(order, reasons.for_guests(order)),
    )


def worded(kind: Kind, facts: Facts, now: dt.datetime) -> Worded:
    """In the language spoken."""
    title = _title(kind, facts)
    sentences = [f"{title}.", *_more(kind, facts, now)]
    return Worded(_without_marks(title), _without_marks(" ".join(filter(None, sentences))))


def in_one(sender: str, text: str) -> str:
    """With the name of who tells it, where nothing else says it."""
    return _without_marks(_("%(restaurant)s: %(said)s", restaurant=sender, said=text))


def _title(kind: Kind, facts: Facts) -> str:
    match kind:
        case Kind.CONFIRMED:
            return _("Your order %(number)s is confirmed", number=facts.number)
        case Kind.DELAYED:
            return _("Your order %(number)s takes longer than promised", number=facts.number)
        case Kind.READY if facts.fulfilment == Fulfilment.PICKUP:
            return _("Your order %(number)s is ready to pick up", number=facts.number)
        case Kind.READY:
            return _("Your order %(number)s is ready", number=facts.number)
        case Kind.ON_THE_WAY:
            return _("Your order %(number)s is on its way to you", number=facts.number)
        case Kind.CANCELLED:
            return _("Your order %(number)s was cancelled", number=facts.number)


def _more(kind: Kind, facts: Facts, now: dt.datetime) -> list[str]:
    match kind:
        case Kind.CONFIRMED:
            return [_promise(facts, now) or _estimate(facts, now)]
        case Kind.DELAYED:
            is_new = facts.is_moved and facts.promised_at is not None and facts.promised_at > now
            said = _promise(facts, now) if is_new else _estimate(facts, now)
            return [said, _("We are sorry that you have to wait.")]
        case Kind.ON_THE_WAY:
            return [_estimate(facts, now)]
        case Kind.CANCELLED:
            return [facts.why]
        case Kind.READY:
            return []


def _promise(facts: Facts, now: dt.datetime) -> str:
    if facts.promised_at is None or facts.promised_at <= now:
        return ""
    time = moments.when(facts.promised_at, facts.zone, now)
    if facts.is_moved:
        return _("It is now promised for %(time)s.", time=time)
    return _("It is promised for %(time)s.", time=time)


def _estimate(facts: Facts, now: dt.datetime) -> str:
    if facts.between is None or facts.between[1] <= now:
        return ""
    low, high = (moments.when(each, facts.zone, now) for each in facts.between)
    return _("Our estimate: between %(low)s and %(high)s.", low=low, high=high)


def _without_marks(text: str) -> str:
    """Without the marks that keep names apart on a page: many a telephone shows them as boxes."""
    return text.translate(dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069")))
