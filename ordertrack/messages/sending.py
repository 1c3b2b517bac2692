"""Telling one thing to one guest: whether it still is to be told, by what, and what became of it.

A message is `sending` in a transaction of its own before anything leaves. Whoever finds one so was ended
between sending and noting it: it may have gone, is not sent again, and says so.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import structlog
from flask import current_app
from sqlalchemy import func, select, update

from ordertrack.database.config import Settings as House
from ordertrack.database.session import db, release_connection
from ordertrack.following.jobs import Again, Done, Job
from ordertrack.i18n.translate import speaking
from ordertrack.messages import choices, kinds, pages, providers, stops, transports, wishes, wording
from ordertrack.messages.choices import Choice
from ordertrack.messages.kinds import Kind
from ordertrack.messages.masking import hidden, masked
from ordertrack.messages.models import GuestMessage, State
from ordertrack.messages.providers import Provider
from ordertrack.messages.transports import MayHaveGone, Message, NotSent, Outcome, Sent, Transport, Way
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.tenants import company

_PAUSES = (10.0, 30.0, 60.0)  # seconds until what failed for the moment is tried again
_log = structlog.get_logger(__name__)


class Why:
    """Our own reasons, as they are kept; pages have the sentences. Anything else a provider has said."""

    INTERRUPTED = "interrupted"
    NOT_CHOSEN = "not_chosen"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    NOT_SET_UP = "not_set_up"


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


def tell(job: Job) -> Done | Again:
    """The job of one message; the tenant is entered."""
    order_id, kind = uuid.UUID(job.payload["order"]), Kind(job.payload["kind"])
    held = _find(job.tenant_id, order_id, kind)
    if held is None or held.state not in (State.WAITING, State.SENDING):
        return Done("settled before" if held else "nothing to tell")
    if held.state == State.SENDING:
        return _settle(held, State.UNKNOWN, Why.INTERRUPTED)
    order = records.find(job.tenant_id, order_id)
    assert order is not None
    choice = choices.read(job.tenant_id).get(order.restaurant_id, Choice())
    telling = Telling(held, order, choice)
    if not kinds.is_still_true(kind, order, held.since, _now()):
        return _settle(held, State.PASSED)
    if kind not in choice.kinds:
        return _settle(held, State.UNREACHABLE, Why.NOT_CHOSEN)
    if held.revision is not None and pages.has_shown(job.tenant_id, order_id, held.revision):
        return _settle(held, State.SEEN)
    return _by_any(telling)


def _by_any(telling: Telling) -> Done | Again:
    """By the first way that takes it."""
    held = telling.held
    paths, why = _paths(telling)
    if not paths:
        if why == State.STOPPED:
            return _settle(held, State.STOPPED)
        return _settle(held, State.FAILED if held.tried else State.UNREACHABLE, held.why or why)
    for place, path in enumerate(paths):
        outcome = _try(telling, path)
        if outcome is None:
            return Done("somebody else tells it")
        if not isinstance(outcome, NotSent):
            return Done(held.state.value)
        if outcome.is_stopped:
            stops.stop(telling.order.tenant_id, [path.address], path.transport.way)
        is_last = place == len(paths) - 1
        if not outcome.for_good and (held.tries < len(_PAUSES) or is_last):
            pause = _PAUSES[min(held.tries, len(_PAUSES)) - 1]
            if held.tries <= 2 * len(_PAUSES) and _now() + dt.timedelta(seconds=pause) < telling.until:
                return Again(pause, _short(outcome.why))
        _give_up(held, path.transport.way)
    return _settle(held, State.FAILED, held.why)


def _paths(telling: Telling) -> tuple[list[Path], str]:
    """The ways that are left, in the restaurant's order; if there are none, why."""
    order, choice = telling.order, telling.choice
    agreed = wishes.of_order(order)
    chosen = [way for way in choice.ways if way in agreed and way not in telling.held.tried]
    if not chosen:
        return [], Why.NO_CONSENT
    held = providers.of_tenant(order.tenant_id)
    ready = [way for way in chosen if way in held and held[way].is_set_up]
    if not ready:
        return [], Why.NOT_SET_UP
    paths = list(_reaching(order, [held[way] for way in ready]))
    if not paths:
        return [], Why.NO_ADDRESS
    stopped = stops.are_stopped(order.tenant_id, [path.address for path in paths])
    return [path for path in paths if path.address not in stopped], State.STOPPED


def _reaching(order: OrderRecord, ready: list[Provider]) -> Iterator[Path]:
    for provider in ready:
        transport = transports.of(provider.way)
        address = transport.address_of(order) if transport else None
        if transport and address:
            yield Path(transport, provider, address)


def _try(telling: Telling, path: Path) -> Outcome | None:
    """Once by this way; None if somebody else took it meanwhile."""
    held, way = telling.held, path.transport.way
    message = message_of(telling, path)
    language = message.language
    if not _move(
        held,
        {State.WAITING},
        State.SENDING,
        transport=way,
        language=language,
        masked=masked(path.address),
        tries=held.tries + 1,
    ):
        return None
    release_connection()
    outcome = _sent(path, message)
    _note(held, outcome, telling.order.tenant_id)
    return outcome


def _sent(path: Path, message: Message) -> Outcome:
    try:
        outcome = path.transport.send(message, path.provider.settings)
        return outcome if isinstance(outcome, Sent) else _without(path.address, outcome)
    except Exception:
        # Nobody knows how far it came.
        _log.exception("a transport failed", transport=path.transport.way.value, message=str(message.id))
        return MayHaveGone("internal error")


def _without(address: str, outcome: NotSent | MayHaveGone) -> NotSent | MayHaveGone:
    """Many a provider repeats in its answer whom it did not reach."""
    return replace(outcome, why=hidden(outcome.why, address))


def _note(held: GuestMessage, outcome: Outcome, tenant_id: uuid.UUID) -> None:
    """What came of it; a provider's report may have been faster than its answer."""
    match outcome:
        case Sent():
            _note_sent(held, outcome, tenant_id)
        case NotSent():
            _move(held, {State.SENDING}, State.WAITING, why=_short(outcome.why))
        case MayHaveGone():
            _move(held, {State.SENDING}, State.UNKNOWN, why=_short(outcome.why))


def _note_sent(held: GuestMessage, sent: Sent, tenant_id: uuid.UUID) -> None:
    currency = company.currency_of(tenant_id) if sent.cost is not None else None
    values: dict[str, Any] = {
        "reference": sent.reference,
        "cost": sent.cost,
        "segments": sent.segments,
        "currency": currency,
    }
    state = State.DELIVERED if sent.is_delivered else State.SENT
    if not _move(held, {State.SENDING, State.UNKNOWN}, state, why=None, **values):
        _move(held, {State.DELIVERED, State.READ, State.FAILED}, None, **values)


def message_of(telling: Telling, path: Path) -> Message:
    """What goes out by this way, in the guest's language."""
    order, held = telling.order, telling.held
    language = wording.language_of(order)
    with speaking(language):
        said = wording.worded(held.kind, wording.facts_of(order), _now())
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


def _find(tenant_id: uuid.UUID, order_id: uuid.UUID, kind: Kind) -> GuestMessage | None:
    return db.session.scalars(
        select(GuestMessage).where(
            GuestMessage.tenant_id == tenant_id,
            GuestMessage.order_id == order_id,
            GuestMessage.kind == kind,
        )
    ).one_or_none()


def _settle(held: GuestMessage, state: State, why: str | None = None) -> Done:
    _move(held, {held.state}, state, why=why)
    return Done(state.value)


def _give_up(held: GuestMessage, way: Way) -> None:
    """This way will not do: the next one begins anew."""
    _move(held, {State.WAITING}, None, tried=[*held.tried, way.value], tries=0)


def _move(held: GuestMessage, from_states: set[State], to: State | None, **values: Any) -> bool:
    """Compared and set, and committed; `held` is as it is then. Whether it was in one of these states."""
    if to is not None:
        values["state"] = to
    moved = db.session.execute(
        update(GuestMessage)
        .where(
            GuestMessage.tenant_id == held.tenant_id,
            GuestMessage.id == held.id,
            GuestMessage.state.in_(from_states),
        )
        .values(**values, changed_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
        .returning(GuestMessage.id)
    ).first()
    db.session.commit()
    if moved is not None:
        db.session.refresh(held)
        db.session.commit()
    return moved is not None


def _short(why: str) -> str:
    return why[:300]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
