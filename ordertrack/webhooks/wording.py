"""What pages say of webhooks: kinds of events, how an endpoint stands, what it answered."""

from __future__ import annotations

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.outgoing.failures import Why
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.webhooks.kinds import ACTIONS, KINDS, TEST
from ordertrack.webhooks.models import Delivery, Disabled, Endpoint

_ACTIONS = marked("What is done to an order besides: lines struck off, delays, riders, changes")
_FAILURES = {
    Why.REFUSED: marked("Not sent: the address is not one of the public internet"),
    Why.UNREACHABLE: marked("No connection: the name, the server or its certificate is not in order"),
    Why.TOO_SLOW: marked("No answer in time"),
    Why.TOO_LARGE: marked("The answer was too large"),
}
_DISABLED = {
    Disabled.MANAGER: marked("Disabled by somebody"),
    Disabled.GONE: marked("Disabled: it answered 410, “gone”"),
    Disabled.FAILING: marked("Disabled: it failed for five days"),
}


def kind(name: str) -> str:
    """What happened, or can happen."""
    if name == TEST:
        return _("Test")
    return _(_ACTIONS) if name == ACTIONS else labels.status(OrderStatus(name))


def kinds() -> dict[str, str]:
    """All that can be chosen."""
    return {name: kind(name) for name in KINDS}


def told_of(endpoint: Endpoint) -> str:
    """What it is told of."""
    if endpoint.kinds is None:
        return _("Every status that an order comes to")
    return formats.listed(kind(each) for each in endpoint.kinds)


def why_disabled(endpoint: Endpoint) -> str:
    assert endpoint.disabled_why is not None
    return _(_DISABLED[endpoint.disabled_why])


def answered(delivery: Delivery) -> str:
    """The status of an answer, or why there was none."""
    if delivery.status is not None:
        return str(delivery.status)
    return _(_FAILURES[Why(delivery.failure or "")])
