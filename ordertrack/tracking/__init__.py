"""The customer's page."""

from ordertrack.tracking import push_views
from ordertrack.tracking.views import blueprint, channels

BLUEPRINTS = (blueprint, push_views.blueprint)

__all__ = ["BLUEPRINTS", "channels"]
