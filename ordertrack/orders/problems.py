"""What the rules refuse, said to people in the language spoken. In English it is what programs are told."""

from __future__ import annotations

from collections.abc import Iterable

from babel.lists import format_list

from ordertrack.i18n.translate import current, number, pgettext
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.changing.change_form import UnreadableField
from ordertrack.orders.moving.transitions import OrderChanged, OrderMoved, OrderNotFound
from ordertrack.orders.placing.intake import (
    FollowsNoOrder,
    IdempotencyKeyReused,
    QuotaReached,
    RestaurantNotFound,
    RestaurantPaused,
)
from ordertrack.orders.placing.new_order import PromiseOutOfRange
from ordertrack.rules.order_actions import (
    LONGEST_DELAY,
    DetailMissing,
    IllegalAct,
    NoSuchLine,
    OrderAction,
    RoleMayNotAct,
)
from ordertrack.rules.order_changes import (
    MOST_LINES,
    MOST_LINES_EVER,
    CoordinatesHalf,
    CurrencyMissing,
    IllegalChange,
    LineNotThere,
    LinesClosed,
    NoLineLeft,
    RoleMayNotChange,
    TooManyLines,
)
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import (
    ChangeUnseen,
    IllegalTransition,
    LinesOpen,
    OrderHeld,
    OrderStatus,
    ReasonMissing,
    RecalledTooLate,
    RoleMayNot,
)
from ordertrack.web.problems import Problem, problem_of


@problem_of.register
def _not_found(error: OrderNotFound) -> Problem:
    return Problem(404, _("There is no such order."))


@problem_of.register
def _over_quota(error: QuotaReached) -> Problem:
    if error.most is None:
        said = _(
            "The company has used all the storage that it may have. The order was not taken; whoever runs the"
            " server can allow more."
        )
    else:
        said = _(
            "The company may have %(most)s orders in 24 hours, and has had them. The order was not taken;"
            " whoever runs the server can allow more.",
            most=number(error.most),
        )
    return Problem(429, said, headers={"Retry-After": str(error.seconds)}, named="quota-reached")


@problem_of.register
def _no_restaurant(error: RestaurantNotFound) -> Problem:
    return Problem(404, _("There is no restaurant %(name)s.", name=repr(str(error)[:60])))


@problem_of.register
def _illegal_transition(error: IllegalTransition) -> Problem:
    moves = {"from": error.from_status, "to": error.to_status, "allowed": list(error.allowed)}
    return Problem(422, of_transition(error), moves, named="illegal-move")


@problem_of.register
def _illegal_act(error: IllegalAct) -> Problem:
    acts = {"act": error.act, "current": error.status, "allowed_acts": list(error.allowed)}
    return Problem(422, of_act(error), acts, named="illegal-action")


@problem_of.register
def _moved(error: OrderMoved) -> Problem:
    statuses = {"seen": error.expected_status, "current": error.current}
    return Problem(409, of_conflict(error), statuses, named="order-moved")


@problem_of.register
def _illegal_change(error: IllegalChange) -> Problem:
    return Problem(422, of_change(error), {"current": error.status}, named="illegal-action")


@problem_of.register
def _changed(error: OrderChanged) -> Problem:
    sentence = _("The order was changed since you saw it: look at it again.")
    now = {"revision": error.order.revision, "current": error.order.status}
    return Problem(409, sentence, now, named="order-changed")


@problem_of.register
def _paused(error: RestaurantPaused) -> Problem:
    sentence = (
        _("The restaurant takes no orders at the moment.")
        if error.until is None
        else _("The restaurant takes no orders until %(moment)s.", moment=error.until.isoformat())
    )
    until = error.until and error.until.isoformat()
    return Problem(409, sentence, {"paused": True, "until": until}, named="restaurant-paused")


@problem_of.register
def _promise(error: PromiseOutOfRange) -> Problem:
    sentence = _(
        "promised_at must lie between one hour ago and 30 days ahead; %(moment)s does not. Check the year and"
        " the time zone.",
        moment=error.promised_at.isoformat(),
    )
    return Problem(422, sentence)


@problem_of.register(UnreadableField)
@problem_of.register(FollowsNoOrder)
def _as_said(error: Exception) -> Problem:
    return Problem(422, str(error))


@problem_of.register
def _key_used_before(error: IdempotencyKeyReused) -> Problem:
    return Problem(422, str(error), named="key-used-before")


def of_transition(error: IllegalTransition) -> str:
    """Why an order cannot be moved like this, and what can be done instead."""
    match error:
        case RoleMayNot():
            return _(
                "The %(role)s role does not move an order from %(from)s to %(to)s.",
                role=_role(error.role),
                **_ends(error),
            )
        case ReasonMissing(to_status=OrderStatus.CANCELLED):
            return _("Say why the order is cancelled: give a reason.")
        case ReasonMissing():
            return _("Say why the order goes from %(from)s to %(to)s: give a reason.", **_ends(error))
        case RecalledTooLate():
            return _(
                "The kitchen recalls an order within %(minutes)s min after it was ready. Ask a manager.",
                minutes=number(round(error.seconds / 60)),
            )
        case OrderHeld():
            return _(
                "The order is held: %(reason)s. Dispatch or a manager can release it.", reason=error.reason
            )
        case ChangeUnseen():
            return _("The order was changed: look at it, and tap Seen first.")
        case LinesOpen():
            return _(
                "Lines not struck off: %(lines)s. Strike them off, or confirm that it is ready all the same.",
                lines=error.open_lines,
            )
    if not error.allowed:
        return _("An order that is %(from)s cannot become %(to)s.", **_ends(error))
    return _(
        "An order that is %(from)s cannot become %(to)s; it can become %(allowed)s.",
        allowed=_one_of(error.allowed),
        **_ends(error),
    )


def of_act(error: IllegalAct) -> str:
    """Why this cannot be done to an order."""
    match error:
        case RoleMayNotAct():
            return _(
                "The %(role)s role may not do this: %(act)s.", role=_role(error.role), act=_act(error.act)
            )
        case NoSuchLine():
            return _("Say in `line` which line of the order is meant, counted from 1.")
        case DetailMissing(act=OrderAction.HOLD):
            return _("Say why the order is held: give a reason.")
        case DetailMissing(act=OrderAction.DELAY):
            return _("Say by how many `minutes` the order is delayed: 1 to %(most)s.", most=LONGEST_DELAY)
        case DetailMissing():
            return _("Say who carries the order: give a name.")
    return _(
        "An order that is %(status)s takes no %(act)s.", status=_status(error.status), act=_act(error.act)
    )


def of_change(error: IllegalChange) -> str:
    """Why an order cannot be changed like this, and what can be done instead."""
    match error:
        case RoleMayNotChange():
            return _(
                "The %(role)s role does not change orders. Ask dispatch or a manager.", role=_role(error.role)
            )
        case LinesClosed():
            return _(
                "An order that is %(status)s takes no more lines. Place a second order with `follows`, which"
                " then stands beside the first.",
                status=_status(error.status),
            )
        case LineNotThere():
            return _(
                "Line %(line)s is not there to be changed: say a line that stands, counted from 1.",
                line=number(error.line),
            )
        case NoLineLeft():
            return _("An order keeps one line at least. Cancel it if nothing of it is wanted.")
        case TooManyLines():
            return _(
                "An order has at most %(lines)s lines, and %(ever)s with those that were voided.",
                lines=number(MOST_LINES),
                ever=number(MOST_LINES_EVER),
            )
        case CoordinatesHalf():
            return _("Give `latitude` and `longitude` together, or take both away.")
        case CurrencyMissing():
            return _("Give `amounts` with their `currency`, and with a `total` or what is `to_collect`.")
    return _("An order that is %(status)s is not changed any more.", status=_status(error.status))


def of_conflict(error: OrderMoved) -> str:
    """Who was faster, and where the order stands now."""
    if error.current == error.expected_status:
        return _(
            "The order came back to %(current)s since you saw it, moved by %(name)s: look at it again.",
            current=_status(error.current),
            name=error.changed_by,
        )
    return _(
        "The order is %(current)s by now, moved by %(name)s; you saw it %(seen)s.",
        current=_status(error.current),
        name=error.changed_by,
        seen=_status(error.expected_status),
    )


def _ends(error: IllegalTransition) -> dict[str, str]:
    return {"from": _status(error.from_status), "to": _status(error.to_status)}


def _one_of(statuses: Iterable[OrderStatus]) -> str:
    return format_list([_status(status) for status in statuses], style="or", locale=current().locale)


def _status(status: OrderStatus) -> str:
    return {
        OrderStatus.PENDING: pgettext("in a sentence", "pending"),
        OrderStatus.CONFIRMED: pgettext("in a sentence", "confirmed"),
        OrderStatus.PREPARING: pgettext("in a sentence", "preparing"),
        OrderStatus.READY: pgettext("in a sentence", "ready"),
        OrderStatus.DELIVERING: pgettext("in a sentence", "delivering"),
        OrderStatus.COMPLETED: pgettext("in a sentence", "completed"),
        OrderStatus.CANCELLED: pgettext("in a sentence", "cancelled"),
    }[status]


def _role(role: Role) -> str:
    return {
        Role.KITCHEN: pgettext("in a sentence", "kitchen"),
        Role.DISPATCH: pgettext("in a sentence", "dispatch"),
        Role.MANAGER: pgettext("in a sentence", "manager"),
        Role.OWNER: pgettext("in a sentence", "owner"),
    }[role]


def _act(act: OrderAction) -> str:
    return {
        OrderAction.STRIKE: pgettext("in a sentence", "strike"),
        OrderAction.UNSTRIKE: pgettext("in a sentence", "unstrike"),
        OrderAction.RUSH: pgettext("in a sentence", "rush"),
        OrderAction.UNRUSH: pgettext("in a sentence", "unrush"),
        OrderAction.HOLD: pgettext("in a sentence", "hold"),
        OrderAction.RELEASE: pgettext("in a sentence", "release"),
        OrderAction.ASSIGN: pgettext("in a sentence", "assign"),
        OrderAction.UNASSIGN: pgettext("in a sentence", "unassign"),
        OrderAction.ACKNOWLEDGE: pgettext("in a sentence", "acknowledge"),
        OrderAction.CHANGE: pgettext("in a sentence", "change"),
        OrderAction.DELAY: pgettext("in a sentence", "delay"),
        OrderAction.FIRE: pgettext("in a sentence", "fire"),
    }[act]
