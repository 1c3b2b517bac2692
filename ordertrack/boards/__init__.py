"""Columns, card fragments, kitchen and dispatch pages."""

from ordertrack.boards import taps, views
from ordertrack.boards.views import CHANNELS

BLUEPRINTS = (views.blueprint, taps.blueprint)

__all__ = ["BLUEPRINTS", "CHANNELS"]
