"""What the rules refuse, said to people in the language spoken. In English it is what programs are told."""

from __future__ import annotations

from collections.abc import Iterable

from babel.lists import format_list

from ordertrack.languages import current, marked, pgettext
from ordertrack.languages import gettext as _
from ordertrack.live.shares import ShareTaken
from ordertrack.orders.acts import Act, DetailMissing, IllegalAct, NoSuchLine, RoleMayNotAct
from ordertrack.orders.state_machine import (
    IllegalTransition,
    LinesOpen,
    OrderHeld,
    OrderStatus,
    ReasonMissing,
    Role,
    RoleMayNot,
)
from ordertrack.orders.transitions import OrderMoved

_HEADINGS = {
    401: marked("Signed out"),
    403: marked("Not for you"),
    404: marked("Not found"),
    422: marked("Not accepted"),
    429: marked("Too often"),
    503: marked("Not at this moment"),
}
_ANY_OTHER = marked("Something went wrong")
_SENTENCES = {
    400: marked("That could not be understood. Open the page anew and try again."),
    403: marked("This is not for you."),
    404: marked("There is no such page. It may have moved, or its address was not copied whole."),
    405: marked("This address does not do what was asked of it."),
    413: marked("That is too much at once. Send less."),
    415: marked("That came in a form that is not read here."),
    500: marked("Something went wrong on our side. It was noted down; try again."),
}


def heading(status: int) -> str:
    """The title of the page that refuses with this HTTP status."""
    return _(_HEADINGS.get(status, _ANY_OTHER))


def sentence(status: int) -> str:
    """What to say to an HTTP status that nobody gave a sentence to; empty if there is nothing to say."""
    return _(_SENTENCES[status]) if status in _SENTENCES else ""


def of_transition(error: IllegalTransition) -> str:
    """Why an order cannot be moved like this, and what can be done instead."""
    match error:
        case RoleMayNot():
            return _(
                "The %(role)s role does not move an order from %(from)s to %(to)s.",
                role=_role(error.role),
                **_ends(error),
            )
        case ReasonMissing():
            return _("Say why the order is cancelled: give a reason.")
        case OrderHeld():
            return _(
                "The order is held: %(reason)s. Dispatch or a manager can release it.", reason=error.reason
            )
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
        case DetailMissing(act=Act.HOLD):
            return _("Say why the order is held: give a reason.")
        case DetailMissing():
            return _("Say who carries the order: give a name.")
    return _(
        "An order that is %(status)s takes no %(act)s.", status=_status(error.status), act=_act(error.act)
    )


def of_conflict(error: OrderMoved) -> str:
    """Who was faster, and where the order stands now."""
    return _(
        "The order is %(current)s by now, moved by %(name)s; you saw it %(seen)s.",
        current=_status(error.current),
        name=error.changed_by,
        seen=_status(error.seen),
    )


def of_share(error: ShareTaken, *, to_program: bool) -> str:
    """What there are as many of as may be at once; a program has streams where people have screens."""
    if error.kind.startswith("replays"):
        return f"As many streams as may are being sent what lies far back: {error.most}. Try again shortly."
    if to_program:
        return f"As many streams as may be are open here at once: {error.most}. Close one, then try again."
    return _(
        "As many screens as may be are open here at once: %(most)s. Close one, then try again.",
        most=error.most,
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


def _act(act: Act) -> str:
    return {
        Act.STRIKE: pgettext("in a sentence", "strike"),
        Act.UNSTRIKE: pgettext("in a sentence", "unstrike"),
        Act.RUSH: pgettext("in a sentence", "rush"),
        Act.UNRUSH: pgettext("in a sentence", "unrush"),
        Act.HOLD: pgettext("in a sentence", "hold"),
        Act.RELEASE: pgettext("in a sentence", "release"),
        Act.ASSIGN: pgettext("in a sentence", "assign"),
        Act.UNASSIGN: pgettext("in a sentence", "unassign"),
        Act.ACKNOWLEDGE: pgettext("in a sentence", "acknowledge"),
    }[act]
