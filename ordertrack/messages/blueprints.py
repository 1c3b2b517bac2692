"""The pages of this room, and what templates ask of it."""

from __future__ import annotations

from flask import Flask

from ordertrack.messages import choices
from ordertrack.messages.push import views as push_views
from ordertrack.messages.views import choice_views, guest_views, hook_views, provider_views, sent_views
from ordertrack.orders.reading.order_record import OrderRecord


def init_app(app: Flask) -> None:
    """The guest's page says what its reader has seen where there is something to be quiet about."""
    app.jinja_env.globals["guests_are_told"] = _are_told


def _are_told(order: OrderRecord) -> bool:
    return choices.of_restaurant(order.tenant_id, order.restaurant_id).tells


BLUEPRINTS = (
    choice_views.blueprint,
    provider_views.blueprint,
    sent_views.blueprint,
    hook_views.blueprint,
    guest_views.blueprint,
    push_views.blueprint,
)
