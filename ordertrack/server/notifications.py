"""What each notification of the database means to a process: events, lost access, settings, new figures."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import uuid
from collections.abc import Mapping

from flask import Flask

from ordertrack.boards import fragments, menu_channel
from ordertrack.boards.columns import BOARDS
from ordertrack.database.channels import (
    ATTENTION_CHANNEL,
    EVENTS_CHANNEL,
    LEARNED_CHANNEL,
    MENU_CHANNEL,
    READMITTED_CHANNEL,
    REVOKED_CHANNEL,
    ROLLUP_CHANNEL,
    SCREENS_CHANNEL,
    SETTINGS_CHANNEL,
    SHARES_CHANNEL,
)
from ordertrack.database.session import tenant_context
from ordertrack.i18n.topic_keys import keys_of
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Hear, MalformedPayload, parse_payload, tenant_of, wake_handler
from ordertrack.live.subscriptions import LIFETIME
from ordertrack.menu import reading as menu
from ordertrack.menu import sold_out
from ordertrack.overview.channel import CHANNEL as OVERVIEW
from ordertrack.presence.channel import CHANNEL as SCREENS
from ordertrack.restaurants import rule_sets, versioned
from ordertrack.server.revocations import Revocations
from ordertrack.server.sharing import Sharing
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.report.channel import SlaChannel
from ordertrack.streams.sse import Hearing
from ordertrack.tenants import restaurants, suspension
from ordertrack.tenants.sessions.kept_sign_ins import KeptSignIns
from ordertrack.tracking.channel import TrackingChannel


def hearing(app: Flask, hub: Hub) -> Hearing:
    """What to do with the payload of each channel of the database, and with what was not heard."""
    sign_ins: KeptSignIns = app.extensions["sign_ins"]
    revocations = Revocations(app, hub, sign_ins)
    sign_ins.is_believed = lambda: revocations.is_current
    sharing = app.extensions["sharing"] = Sharing(app, hub)
    channels = {**_channels(hub, revocations), SHARES_CHANNEL: sharing.hear}
    return Hearing(channels, lambda: recover(app, hub), revocations.look)


def _channels(hub: Hub, revocations: Revocations) -> Mapping[str, Hear]:
    return {
        EVENTS_CHANNEL: wake_handler(hub),
        REVOKED_CHANNEL: revocations.hear,
        READMITTED_CHANNEL: hub.readmit,
        SETTINGS_CHANNEL: lambda payload: _on_settings(hub, payload),
        MENU_CHANNEL: lambda payload: _on_menu(hub, payload),
        SCREENS_CHANNEL: lambda payload: SCREENS.mark(tenant_of(payload)),
        ATTENTION_CHANNEL: lambda payload: OVERVIEW.mark(tenant_of(payload)),
        ROLLUP_CHANNEL: lambda payload: _on_figures(hub, tenant_of(payload)),
        LEARNED_CHANNEL: lambda payload: expected_end.forget(tenant_of(payload)),
    }


def recover(app: Flask, hub: Hub) -> None:
    """Make up for whatever was notified while nobody listened."""
    versioned.forget_all()
    restaurants.forget_all()
    menu.forget_all()
    fragments.forget()
    expected_end.forget()
    hub.recover()
    for tenant_id in hub.watched():
        hub.refresh(tenant_id, SlaChannel.name)
        SCREENS.mark(tenant_id)
        with tenant_context(app, tenant_id):
            # Whoever comes back is compared by the version of what it shows, and no stream lives longer.
            within = dt.timedelta(seconds=LIFETIME[1])
            missed = {
                *versioned.saved_lately(tenant_id, within),
                *rule_sets.chosen_lately(tenant_id, within),
            }
            dishes = sold_out.changed_lately(tenant_id, within)
        for restaurant_id in missed:
            _show(hub, tenant_id, restaurant_id)
        for restaurant_id in dishes:
            menu_channel.tell(hub, tenant_id, restaurant_id)


def _on_figures(hub: Hub, tenant_id: uuid.UUID) -> None:
    OVERVIEW.mark(tenant_id)
    hub.refresh(tenant_id, SlaChannel.name)


def _on_menu(hub: Hub, payload: str) -> None:
    tenant_id, restaurant = parse_payload(payload)
    restaurant_id = _restaurant_in(payload, restaurant) if restaurant else None
    menu.forget(tenant_id, restaurant_id)
    menu_channel.tell(hub, tenant_id, restaurant_id)


def _restaurant_in(payload: str, restaurant: str) -> uuid.UUID:
    try:
        return uuid.UUID(restaurant)
    except ValueError:
        raise MalformedPayload(payload) from None


def _on_settings(hub: Hub, payload: str) -> None:
    tenant_id, restaurant = parse_payload(payload)
    restaurant_id = _restaurant_in(payload, restaurant)
    versioned.forget(tenant_id, restaurant_id)
    restaurants.forget(tenant_id)
    suspension.forget(tenant_id)
    fragments.forget()
    OVERVIEW.mark(tenant_id)
    _show(hub, tenant_id, restaurant_id)


def _show(hub: Hub, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> None:
    """Have every page show the settings of a restaurant as they are by now.

    Beside listening, for rendering many pages anew must not keep an event waiting.
    """

    def show() -> None:
        for board, key in itertools.product(BOARDS, keys_of(restaurant_id)):
            hub.refresh(tenant_id, board, key)
        for channel in (SlaChannel.name, TrackingChannel.name):
            hub.refresh(tenant_id, channel)

    threading.Thread(target=show, name="refresh", daemon=True).start()
