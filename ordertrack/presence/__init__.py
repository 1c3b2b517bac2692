"""Which screens are alive, what they show, and what no screen shows."""

from ordertrack.presence import channel, views

BLUEPRINTS = (views.blueprint,)
CHANNELS = channel.CHANNELS

__all__ = ["BLUEPRINTS", "CHANNELS"]
