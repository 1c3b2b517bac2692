"""Columns, card fragments, kitchen and dispatch pages."""

from ordertrack.boards import (
    floor_views,
    offline,
    open_views,
    pickup_views,
    screen_views,
    screens,
    taps,
    views,
)
from ordertrack.boards.allergies import leaves_out_an_allergen, speaks_of_allergy

BLUEPRINTS = (
    views.blueprint,
    taps.blueprint,
    offline.blueprint,
    pickup_views.blueprint,
    floor_views.blueprint,
    screen_views.blueprint,
    open_views.blueprint,
)
CHANNELS = [*views.CHANNELS, *pickup_views.CHANNELS, *screens.CHANNELS]

views.blueprint.add_app_template_test(speaks_of_allergy, "of_allergy")
views.blueprint.add_app_template_test(leaves_out_an_allergen, "without_allergen")

__all__ = ["BLUEPRINTS", "CHANNELS"]
