"""Managers are alerted of troubles while nobody looks: once each, and once that it is over."""

from ordertrack.manager_alerts.views import blueprint

BLUEPRINTS = (blueprint,)

__all__ = ["BLUEPRINTS"]
