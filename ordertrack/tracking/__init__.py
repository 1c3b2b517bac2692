"""The customer's page."""

from ordertrack.tracking.views import blueprint, channels

__all__ = ["blueprint", "channels"]
