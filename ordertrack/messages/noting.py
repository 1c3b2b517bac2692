"""What became of a message, noted by comparing and setting: whoever comes late takes nothing back."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import func, update

from ordertrack.database.session import db
from ordertrack.following.jobs import Done
from ordertrack.messages.models import GuestMessage, State
from ordertrack.messages.transports import MayHaveGone, NotSent, Outcome, Sent, Way
from ordertrack.tenants import company


class Why:
    """Our own reasons, as they are kept; pages have the sentences. Anything else a provider has said."""

    INTERRUPTED = "interrupted"
    NOT_CHOSEN = "not_chosen"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    NOT_SET_UP = "not_set_up"


def note(held: GuestMessage, outcome: Outcome, tenant_id: uuid.UUID) -> None:
    """What came of it; a provider's report may have been faster than its answer."""
    match outcome:
        case Sent():
            _note_sent(held, outcome, tenant_id)
        case NotSent():
            move(held, {State.SENDING}, State.WAITING, why=short(outcome.why))
        case MayHaveGone():
            move(held, {State.SENDING}, State.UNKNOWN, why=short(outcome.why))


def _note_sent(held: GuestMessage, sent: Sent, tenant_id: uuid.UUID) -> None:
    currency = company.currency_of(tenant_id) if sent.cost is not None else None
    values: dict[str, Any] = {
        "reference": sent.reference,
        "cost": sent.cost,
        "segments": sent.segments,
        "currency": currency,
    }
    state = State.DELIVERED if sent.is_delivered else State.SENT
    if not move(held, {State.SENDING, State.UNKNOWN}, state, why=None, **values):
        move(held, {State.DELIVERED, State.READ, State.FAILED}, None, **values)


def settle(held: GuestMessage, state: State, why: str | None = None) -> Done:
    move(held, {held.state}, state, why=why)
    return Done(state.value)


def give_up(held: GuestMessage, way: Way) -> None:
    """This way will not do: the next one begins anew."""
    move(held, {State.WAITING}, None, tried=[*held.tried, way.value], tries=0)


def move(held: GuestMessage, from_states: set[State], to: State | None, **values: Any) -> bool:
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


def short(why: str) -> str:
    return why[:300]
