"""The pages of this room."""

from __future__ import annotations

from ordertrack.manager_alerts.views import blueprint

BLUEPRINTS = (blueprint,)
