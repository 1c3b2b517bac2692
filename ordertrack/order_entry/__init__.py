"""Taking orders by hand: the guest by the telephone number, the menu, and what goes along with the order."""

from ordertrack.order_entry import along, offered, ticket_views, views

BLUEPRINTS = (views.blueprint, ticket_views.blueprint)

views.blueprint.add_app_template_global(along.of_order, "along_with")
views.blueprint.add_app_template_filter(offered.as_json, "offered_json")

__all__ = ["BLUEPRINTS"]
