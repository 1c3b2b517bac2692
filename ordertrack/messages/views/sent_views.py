"""The page of what was sent to guests, what failed and why, and what it cost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ordertrack.i18n import form_fields, formats
from ordertrack.i18n.translate import current, digits, marked
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages import kinds, transports
from ordertrack.messages.kinds import Kind
from ordertrack.messages.models import State
from ordertrack.messages.noting import Why
from ordertrack.messages.sums import Line, listed, sums
from ordertrack.restaurants.wall_clock import to_moment
from ordertrack.tenants.restaurants import restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import managing_principal

blueprint = Blueprint("sent_messages", __name__)
A_PAGE = 100
DAYS = 14
_A_DAY = dt.date(2026, 11, 20)
STATES = {
    State.WAITING: marked("waits to be sent"),
    State.SENDING: marked("is being sent"),
    State.SENT: marked("sent"),
    State.DELIVERED: marked("delivered"),
    State.READ: marked("read"),
    State.FAILED: marked("failed"),
    State.UNKNOWN: marked("may have gone, and is not sent again"),
    State.PASSED: marked("not sent: its moment had passed"),
    State.SEEN: marked("not sent: the guest saw it on their page"),
    State.STOPPED: marked("not sent: the guest wants no messages"),
    State.UNREACHABLE: marked("not sent"),
}
_WHY = {
    Why.INTERRUPTED: marked("The server was interrupted while it was being sent."),
    Why.NOT_CHOSEN: marked("The restaurant no longer tells this."),
    Why.NO_CONSENT: marked("The guest did not agree to any of the ways that the restaurant uses."),
    Why.NO_ADDRESS: marked("The order has no mobile number, or no e-mail address, for it."),
    Why.NOT_SET_UP: marked("No provider is set up for it."),
}


class Cell(NamedTuple):
    """How many went out, and what they cost; nothing where no price is known."""

    sent: int
    costs: str


class Day(NamedTuple):
    """What went out on a day, by kind and together."""

    day: dt.date
    kinds: dict[Kind, Cell]
    failed: int
    costs: str


@blueprint.get("/r/<restaurant>/messages/sent")
def show(restaurant: str) -> ResponseReturnValue:
    """The newest messages. Query: `day` (YYYY-MM-DD), `state` (failed: only what did not arrive)."""
    principal = managing_principal()
    found = restaurant_or_404(principal, restaurant)
    zone = ZoneInfo(found.timezone)
    typed = request.args.get("day", "").strip()
    day = form_fields.day(typed) if typed else None
    problems = {}
    if typed and (day is None or not 2000 <= day.year <= 2099):
        said = {"typed": formats.quoted(typed), "example": formats.iso(_A_DAY)}
        problems["day"] = _("%(typed)s is not a day; write it as %(example)s.", **said)
        day = None
    only_failed = request.args.get("state") == "failed"
    between = (_midnight(day, zone), _midnight(day + dt.timedelta(days=1), zone)) if day else None
    today = dt.datetime.now(zone).date()
    rows = listed(principal.tenant_id, found.id, between, only_failed=only_failed, most=A_PAGE + 1)
    lines = sums(principal.tenant_id, found.id, _midnight(today - dt.timedelta(days=DAYS - 1), zone), zone)
    page = render_template(
        "messages/sent.html",
        principal=principal,
        restaurant=found,
        zone=zone,
        rows=rows,
        most=A_PAGE,
        days=_days(lines),
        typed={"day": typed, "state": "failed" if only_failed else ""},
        problems=problems,
        kinds={kind: _(said) for kind, said in kinds.NAMES.items()},
        ways={each.way: _(each.name) for each in transports.known()},
        states={state: _(said) for state, said in STATES.items()},
        why_of=why_of,
        cost_of=cost_of,
        story=lambda row: url_for("orders.story", order_id=row.order_id),
    )
    return (page, 422) if problems else page


def why_of(why: str) -> str:
    """In the language spoken, if it is a reason of ours; else what the provider said."""
    return _(_WHY[why]) if why in _WHY else why


def cost_of(cost: Decimal, currency: str | None) -> str:
    """With as many decimals as a price of a message has."""
    if currency is None:
        return digits(f"{cost.normalize():f}")
    language = current()
    said = format_currency(
        cost.normalize() if cost != round(cost, 2) else round(cost, 2),
        currency,
        locale=language.locale,
        decimal_quantization=False,
        numbering_system=language.digits,
    )
    return digits(said)


def _days(lines: list[Line]) -> list[Day]:
    by_day: dict[dt.date, list[Line]] = {}
    for line in lines:
        by_day.setdefault(line.day, []).append(line)
    return [_day(day, of_day) for day, of_day in sorted(by_day.items(), reverse=True)]


def _day(day: dt.date, lines: list[Line]) -> Day:
    of_kind = {kind: [line for line in lines if line.kind == kind] for kind in Kind}
    cells = {kind: Cell(sum(each.sent for each in of), _costs(of)) for kind, of in of_kind.items()}
    return Day(day, cells, sum(line.failed for line in lines), _costs(lines))


def _costs(lines: list[Line]) -> str:
    """By currency."""
    costs: dict[str, Decimal] = {}
    for line in lines:
        if line.cost and line.currency:
            costs[line.currency] = costs.get(line.currency, Decimal()) + line.cost
    return formats.listed(cost_of(cost, currency) for currency, cost in sorted(costs.items()))


def _midnight(day: dt.date, zone: ZoneInfo) -> Any:
    return to_moment(dt.datetime.combine(day, dt.time()), zone)
