"""The pages of this room, and what templates ask of it."""

from __future__ import annotations

from flask.blueprints import BlueprintSetupState

from ordertrack.i18n.translate import add_filters
from ordertrack.order_entry import along, offered, ticket_views, views

BLUEPRINTS = (views.blueprint, ticket_views.blueprint)

views.blueprint.add_app_template_global(along.of_order, "along_with")


@views.blueprint.record_once
def _add_filters(state: BlueprintSetupState) -> None:
    add_filters(state.app.jinja_env, offered_json=offered.as_json)
