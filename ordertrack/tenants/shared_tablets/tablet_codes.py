"""Codes by which another device becomes a tablet: opened there once, and confirmed here by who made it.

The device that opens a code first shows a number. It becomes the tablet only once a manager has seen the same
number on it: whoever else may have read the code shows it elsewhere.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from enum import StrEnum

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select, update

from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.accounts import AccountError, checked_name
from ordertrack.tenants.credentials import codes
from ordertrack.tenants.credentials.codes import NoSuchCode
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.models import Restaurant, TabletCode
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.shared_tablets import tablets

LASTS = dt.timedelta(minutes=10)
_log = structlog.get_logger(__name__)


class State(StrEnum):
    """How far a code has come."""

    WAITING = "waiting"
    OPENED = "opened"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    OVER = "over"


def make(restaurant_id: uuid.UUID, board: str, name: str, *, by: Principal) -> TabletCode:
    """A code for one board of a restaurant of `by`'s tenant; AccountError if there can be no such tablet."""
    if not by.may_see(restaurant_id):
        raise AccountError(_("Choose the restaurant where the tablet stands."))
    code_id = uuid.uuid4()
    made = TabletCode(
        tenant_id=by.tenant_id,
        id=code_id,
        restaurant_id=restaurant_id,
        board=tablets.checked_board(board),
        name=checked_name(name),
        digest=codes.digest(_text(code_id)),
        made_by=by.name,
        actor=by.actor,
        expires_at=func.clock_timestamp() + LASTS,
    )
    forgotten = TabletCode.expires_at < func.clock_timestamp() - dt.timedelta(days=1)
    db.session.execute(delete(TabletCode).where(TabletCode.tenant_id == by.tenant_id, forgotten))
    db.session.add(made)
    db.session.commit()
    _log.info("tablet code made", code=str(code_id), by=by.actor, tenant=str(by.tenant_id))
    return made


def find(tenant_id: uuid.UUID, code_id: uuid.UUID) -> TabletCode | None:
    """A code of this tenant, for its managers."""
    found = select(TabletCode).where(TabletCode.tenant_id == tenant_id, TabletCode.id == code_id)
    return db.session.scalar(found)


def restaurant_of(code: TabletCode) -> Restaurant:
    found = select(Restaurant).where(
        Restaurant.tenant_id == code.tenant_id, Restaurant.id == code.restaurant_id
    )
    return db.session.scalars(found).one()


def text_of(code: TabletCode) -> str:
    """What the device opens. It is kept nowhere: whoever has the secret key makes it of the code's id."""
    return _text(code.id)


def state_of(code: TabletCode) -> State:
    if code.tablet_id is not None:
        return State.CONFIRMED
    if code.refused_at is not None:
        return State.REFUSED
    if _is_over(code):
        return State.OVER
    return State.OPENED if code.claim_digest is not None else State.WAITING


def opened_by(text: str, claim: str | None) -> TabletCode:
    """The code of this text, for the device that holds `claim`, or for the first; enters its tenant.

    Raises NoSuchCode for every other device, and once it is over.
    """
    digest = codes.digest(text)
    present_credential("tablet_code", digest)
    code = db.session.scalar(select(TabletCode).where(TabletCode.digest == digest))
    db.session.commit()
    if code is None or _is_over(code):
        raise NoSuchCode
    if code.claim_digest is not None and (claim is None or hash_key(claim) != code.claim_digest):
        raise NoSuchCode
    enter_tenant(code.tenant_id)
    return code


def claim(code: TabletCode) -> str:
    """Have the device that asks be the one that opened the code: what it shows for that from now on.

    Of two at once one is heard: NoSuchCode for the other.
    """
    secret = secrets.token_urlsafe(24)
    claimed = db.session.scalar(
        update(TabletCode)
        .where(_is(code), TabletCode.claim_digest.is_(None), TabletCode.refused_at.is_(None))
        .where(TabletCode.expires_at > func.clock_timestamp())
        .values(claim_digest=hash_key(secret), number=100 + secrets.randbelow(900))
        .returning(TabletCode.number)
    )
    db.session.commit()
    if claimed is None:
        raise NoSuchCode
    return secret


def confirm(code: TabletCode, number: str, *, by: Principal) -> None:
    """Make the device the tablet that shows this number; AccountError says what is in the way.

    It has as long again to fetch what it is now.
    """
    as_it_is = select(TabletCode).where(_is(code)).with_for_update()
    held = db.session.scalar(as_it_is.execution_options(populate_existing=True))
    if held is None or state_of(held) is not State.OPENED:
        db.session.rollback()
        raise AccountError(_("This code is over: make a new one. Nothing was opened."))
    if number != str(held.number):
        db.session.rollback()
        raise AccountError(_("Another device shows another number. Nothing was opened: look again."))
    tablet_id = tablets.add(held.restaurant_id, held.board, held.name, by=by)
    db.session.execute(
        update(TabletCode)
        .where(_is(code))
        .values(tablet_id=tablet_id, expires_at=func.clock_timestamp() + LASTS)
    )
    db.session.commit()


def refuse(code: TabletCode, *, by: Principal) -> None:
    """Whatever has opened it, or would, becomes no tablet."""
    db.session.execute(
        update(TabletCode)
        .where(_is(code), TabletCode.tablet_id.is_(None))
        .values(refused_at=func.clock_timestamp())
    )
    db.session.commit()
    _log.info("tablet code refused", code=str(code.id), by=by.actor, tenant=str(code.tenant_id))


def _is_over(code: TabletCode) -> bool:
    return code.expires_at <= dt.datetime.now(dt.UTC)


def _is(code: TabletCode) -> ColumnElement[bool]:
    return (TabletCode.tenant_id == code.tenant_id) & (TabletCode.id == code.id)


def _text(code_id: uuid.UUID) -> str:
    return codes.derived(str(current_app.secret_key), f"tablet {code_id}")
