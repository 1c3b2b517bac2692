"""Who owns what: tenants, their restaurants, staff members and API keys."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.session import Base, Moment, stored_as_text
from ordertrack.rules.roles import Role
from ordertrack.rules.scopes import Scope

DAYS_KEPT_AHEAD = 3
"""How far a business day that runs can lie ahead of the clock: zones and day starts lie less apart."""

_NOW = text("clock_timestamp()")


class Tenant(Base):
    """The company that pays; owns restaurants, staff, orders and one event stream."""

    __tablename__ = "tenants"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    currency: Mapped[str] = mapped_column(server_default=text("'USD'"))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{en,fr,ar}'"))
    reports_by_person: Mapped[bool] = mapped_column(server_default=text("false"))


class Restaurant(Base):
    """One place with a kitchen and a time zone; counts its order numbers anew each business day.

    Since `closed_at` it is given up, until somebody opens it again.
    """

    __tablename__ = "restaurants"
    __table_args__ = (UniqueConstraint("tenant_id", "slug"),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    slug: Mapped[str]
    name: Mapped[str]
    timezone: Mapped[str]
    business_day_start: Mapped[dt.time] = mapped_column(server_default=text("'04:00'"))
    closed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    numbered_on: Mapped[dt.date | None]
    last_number: Mapped[int] = mapped_column(server_default=text("0"))

    def business_day(self, moment: dt.datetime) -> dt.date:
        """The day that an (aware) moment belongs to here, which begins at the restaurant's own hour."""
        local = moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        start = self.business_day_start
        return (local - dt.timedelta(hours=start.hour, minutes=start.minute)).date()

    def day_to_number_on(self, day: dt.date) -> dt.date:
        """The day whose numbers go on when the clock says that this business day runs.

        A day that has begun is not taken back: not by a zone or a day start that was saved since, nor by a
        clock that is set back a little. One that lies further ahead was begun by a clock that was wrong.
        """
        ahead = (self.numbered_on - day).days if self.numbered_on is not None else 0
        return self.numbered_on if self.numbered_on and 0 <= ahead <= DAYS_KEPT_AHEAD else day


class StaffMember(Base):
    """A person in one role, who signs in with an e-mail address and a password, or on tablets with a PIN.

    With an address and no password they were invited, and have not chosen one yet. `language` is a tag.
    `restaurant_ids` None: they belong to all of them.
    """

    __tablename__ = "staff_members"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        Index("staff_members_email", "email"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    email: Mapped[str | None]
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(stored_as_text(Role))
    password_hash: Mapped[str | None]
    pin_hash: Mapped[str | None]
    language: Mapped[str | None]
    restaurant_ids: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(Uuid))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class StaffSession(Base):
    """One sign-in on one device; its cookie is worth nothing once it has ended."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_members.tenant_id", "staff_members.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    staff_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    device: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    last_seen_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class PasswordLink(Base):
    """A link by which a staff member sets a password, kept as a SHA-256 digest; gone once it was used."""

    __tablename__ = "password_links"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_members.tenant_id", "staff_members.id"]),
        ForeignKeyConstraint(["tenant_id", "made_by"], ["staff_members.tenant_id", "staff_members.id"]),
        Index("password_links_digest", "digest"),
        Index("password_links_staff", "tenant_id", "staff_id"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    staff_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    made_by: Mapped[uuid.UUID] = mapped_column(Uuid)
    digest: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


class Tablet(Base):
    """A shared device that shows one board of one restaurant, and nothing once it has ended."""

    __tablename__ = "tablets"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    board: Mapped[str]
    name: Mapped[str]
    set_up_by: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class TabletCode(Base):
    """A code by which another device becomes a tablet, kept as a SHA-256 digest.

    Whoever opens it first holds it (`claim_digest`) and shows a `number`; it becomes the tablet
    `tablet_id` once a manager has seen the same number, or nothing once one has `refused_at`.
    """

    __tablename__ = "tablet_codes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
        ForeignKeyConstraint(["tenant_id", "tablet_id"], ["tablets.tenant_id", "tablets.id"]),
        Index("tablet_codes_digest", "digest"),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    board: Mapped[str]
    name: Mapped[str]
    digest: Mapped[str]
    made_by: Mapped[str]
    actor: Mapped[str]
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    claim_digest: Mapped[str | None]
    number: Mapped[int | None]
    refused_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    tablet_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class CompanyInvitation(Base):
    """An address at which to found a company, kept as a SHA-256 digest; `is_first` in an empty house."""

    __tablename__ = "company_invitations"
    __table_args__ = (
        Index("company_invitations_digest", "digest", unique=True),
        Index("company_invitations_first", "is_first", unique=True, postgresql_where=text("is_first")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    digest: Mapped[str]
    is_first: Mapped[bool]
    language: Mapped[str | None]
    made_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    expires_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class FirstSteps(Base):
    """What a company has still before it that was founded on a page; others have no row."""

    __tablename__ = "first_steps"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "test_order_id"], ["orders.tenant_id", "orders.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    test_order_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    put_away_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class PinAttempt(Base):
    """How many tries of a person's PIN have failed in a row, and until when the next has to wait."""

    __tablename__ = "pin_attempts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_members.tenant_id", "staff_members.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[dt.datetime | None] = mapped_column(Moment)


class ApiKey(Base):
    """A program's credential, kept as a SHA-256 digest of 256 random bits.

    Until `previous_until` the text that it had before is as good. `restaurant_ids` None: all of them.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index("api_keys_hash", "key_hash"), Index("api_keys_previous_hash", "previous_hash"))

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    key_hash: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text(f"'{{{','.join(Scope)}}}'"))
    restaurant_ids: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(Uuid))
    expires_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    previous_hash: Mapped[str | None]
    previous_until: Mapped[dt.datetime | None] = mapped_column(Moment)


class EndedAccess(Base):
    """Who lost access lately, of all tenants, as principals name them: the schema writes and forgets it."""

    __tablename__ = "ended_access"

    at: Mapped[dt.datetime] = mapped_column(Moment, primary_key=True, server_default=_NOW)
    name: Mapped[str] = mapped_column(primary_key=True)


class SignInTries(Base):
    """How often somebody (a digest) tried to sign in within a span of time, counted over all hosts."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("sign_in_tries_by_end", "ends_at"),)

    whose: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    ends_at: Mapped[dt.datetime] = mapped_column(Moment)
