"""The pages of this room."""

from __future__ import annotations

from ordertrack.setup import first_steps_views, founding_views

BLUEPRINTS = (founding_views.blueprint, first_steps_views.blueprint)
