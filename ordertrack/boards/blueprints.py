"""The pages and streams of this room."""

from __future__ import annotations

from ordertrack.boards import (
    menu_channel,
    offline,
    order_posts,
    pickup_views,
    print_views,
    sold_out_views,
    tablet_api,
    views,
)
from ordertrack.boards.allergens import leaves_out_an_allergen, speaks_of_allergy

BLUEPRINTS = (
    views.blueprint,
    order_posts.blueprint,
    offline.blueprint,
    pickup_views.blueprint,
    print_views.blueprint,
    sold_out_views.blueprint,
    tablet_api.blueprint,
)
CHANNELS = [*views.CHANNELS, *pickup_views.CHANNELS, menu_channel.CHANNEL]

views.blueprint.add_app_template_test(speaks_of_allergy, "of_allergy")
views.blueprint.add_app_template_test(leaves_out_an_allergen, "without_allergen")
