"""The first page of a house: founding a company, and its first steps to an order on a board."""

from ordertrack.setup import first_steps_views, founding_views, gate, progress

BLUEPRINTS = (founding_views.blueprint, first_steps_views.blueprint)

__all__ = ["BLUEPRINTS", "gate", "progress"]
