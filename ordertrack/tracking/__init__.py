"""The customer's page."""

from ordertrack.tracking.views import CHANNELS, blueprint

__all__ = ["CHANNELS", "blueprint"]
