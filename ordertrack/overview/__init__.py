"""The home of managers: every restaurant as it stands now, the worst first, and what needs attention."""

from ordertrack.overview import channel, views

BLUEPRINTS = (views.blueprint,)
CHANNELS = channel.CHANNELS

__all__ = ["BLUEPRINTS", "CHANNELS"]
