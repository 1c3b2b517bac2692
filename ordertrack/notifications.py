"""What each notification of the database means to a process: events, lost access, settings, new figures."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping

import structlog

from ordertrack.boards.columns import BOARDS
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Hear, OtherForm, halves, tenant_of, waking
from ordertrack.orders.transitions import CHANNEL
from ordertrack.sla import settings
from ordertrack.sla.channel import ROLLUP_CHANNEL, SlaChannel
from ordertrack.sla.settings import SETTINGS_CHANNEL
from ordertrack.tenants.accounts import REVOKED_CHANNEL
from ordertrack.tracking.channel import TrackingChannel

_log = structlog.get_logger(__name__)


def channels(hub: Hub) -> Mapping[str, Hear]:
    """What to do with the payload of each channel of the database."""
    return {
        CHANNEL: waking(hub),
        REVOKED_CHANNEL: hub.revoke,
        SETTINGS_CHANNEL: lambda payload: _on_settings(hub, payload),
        ROLLUP_CHANNEL: lambda payload: hub.refresh(tenant_of(payload), SlaChannel.name),
    }


def recover(hub: Hub) -> None:
    """Make up for whatever was notified while nobody listened."""
    settings.forget_all()
    hub.recover()
    _in_background(lambda: _show_all(hub))


def _on_settings(hub: Hub, payload: str) -> None:
    tenant_id, restaurant = halves(payload)
    try:
        restaurant_id = uuid.UUID(restaurant)
    except ValueError:
        raise OtherForm(payload) from None
    settings.forget(tenant_id, restaurant_id)
    _in_background(lambda: _show(hub, tenant_id, str(restaurant_id)))


def _show(hub: Hub, tenant_id: uuid.UUID, restaurant: str) -> None:
    """Have every page show the settings of a restaurant as they are by now."""
    for board in BOARDS:
        hub.refresh(tenant_id, board, restaurant)
    for channel in (SlaChannel.name, TrackingChannel.name):
        hub.refresh(tenant_id, channel)


def _show_all(hub: Hub) -> None:
    """The same for all restaurants. Guests' pages learn it in their time, for there may be thousands."""
    for tenant_id in hub.watched():
        for channel in (*BOARDS, SlaChannel.name):
            hub.refresh(tenant_id, channel)


def _in_background(work: Callable[[], None]) -> None:
    """Do it beside listening: rendering many pages anew must not keep an event waiting."""

    def do() -> None:
        try:
            work()
        except Exception:
            _log.exception("pages could not be refreshed")

    threading.Thread(target=do, name="refresh", daemon=True).start()
