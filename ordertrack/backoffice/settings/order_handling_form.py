"""The fields that say how a restaurant handles its orders, and how what was saved of it reads."""

from __future__ import annotations

from collections.abc import Iterator

from ordertrack.i18n.form_fields import Reading, Typed, member, minutes, whole
from ordertrack.i18n.formats import listed
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants.order_handling import AcceptThen, OrderHandling

CONFIRMS = ("nothing", "channels", "everything")
TIMES = ("kitchen_takes", "road_takes", "margin", "accept_within")


def typed(handling: OrderHandling) -> dict[str, str]:
    """Times in minutes, channels one a line."""
    some = "channels" if handling.confirmed_channels else "nothing"
    return {
        **{name: f"{getattr(handling, name) / 60:g}" for name in TIMES},
        "confirms": "everything" if handling.confirms_all else some,
        "confirmed_channels": "\n".join(handling.confirmed_channels),
        "accept_then": handling.accept_then,
        "busy_over": str(handling.busy_over),
        "busy_minutes": str(handling.busy_minutes),
        "ready_needs_lines": "1" if handling.ready_needs_lines else "0",
    }


def read(reading: Reading, form: Typed) -> OrderHandling:
    """What was typed; what is missing of it is as at first, so that programs of before may leave it out."""
    first = OrderHandling()
    if not form["confirms"]:
        return first
    times = {
        name: reading.value(name, minutes, _("Give a number of minutes, as 10."), getattr(first, name))
        for name in TIMES
    }
    confirms = reading.value("confirms", {each: each for each in CONFIRMS}.get, _("Choose one."), "nothing")
    channels = tuple(
        dict.fromkeys(line.strip() for line in form["confirmed_channels"].splitlines() if line.strip())
    )
    if confirms == "channels" and not channels:
        reading.problems["confirmed_channels"] = _("Name a channel, one a line.")
    return OrderHandling(
        **times,
        confirms_all=confirms == "everything",
        confirmed_channels=channels if confirms != "nothing" else (),
        accept_then=reading.value(
            "accept_then", lambda text: member(AcceptThen, text), _("Choose one."), AcceptThen.NOTHING
        ),
        busy_over=reading.value("busy_over", whole, _("Give a number of orders, as 20."), 0),
        busy_minutes=reading.value("busy_minutes", whole, _("Give a number of minutes, as 10."), 0),
        ready_needs_lines=reading.value(
            "ready_needs_lines", {"0": False, "1": True}.get, _("Choose one."), first.ready_needs_lines
        ),
    )


def changes(before: OrderHandling, after: OrderHandling) -> Iterator[str]:
    """A line for each thing that was changed."""
    for name, said in (
        ("kitchen_takes", _("The kitchen takes %(minutes)s min")),
        ("road_takes", _("The road takes %(minutes)s min")),
        ("margin", _("Orders for later begin %(minutes)s min sooner")),
        ("accept_within", _("Orders are to be confirmed within %(minutes)s min")),
    ):
        if getattr(after, name) != getattr(before, name):
            yield said % {"minutes": whole_minutes(getattr(after, name))}
    if (after.confirms_all, after.confirmed_channels) != (before.confirms_all, before.confirmed_channels):
        yield _confirms(after)
    if after.accept_then != before.accept_then:
        yield accept_then(after.accept_then)
    if (after.busy_over, after.busy_minutes) != (before.busy_over, before.busy_minutes):
        yield (
            _(
                "With more than %(orders)s orders in the kitchen %(minutes)s min more are quoted",
                orders=after.busy_over,
                minutes=after.busy_minutes,
            )
            if after.busy_over
            else _("The quoted time does not depend on the number of open orders")
        )
    if after.ready_needs_lines != before.ready_needs_lines:
        yield (
            _("Ready asks first if lines are not struck off")
            if after.ready_needs_lines
            else _("One tap on Ready is enough, even if lines are not struck off")
        )


def accept_then(then: AcceptThen) -> str:
    return {
        AcceptThen.NOTHING: _("An order that is not confirmed in time raises an alarm, and nothing else"),
        AcceptThen.CONFIRM: _("An order that is not confirmed in time is confirmed automatically"),
        AcceptThen.CANCEL: _("An order that is not confirmed in time is cancelled automatically"),
    }[then]


def whole_minutes(seconds: int) -> str:
    return f"{seconds / 60:g}"


def _confirms(after: OrderHandling) -> str:
    if after.confirms_all:
        return _("Every order is confirmed automatically when it comes in")
    if after.confirmed_channels:
        return _(
            "Confirmed automatically when it comes in: %(channels)s",
            channels=listed(after.confirmed_channels),
        )
    return _("No order is confirmed automatically")
