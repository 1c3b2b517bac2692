"""The pages and streams of this room."""

from __future__ import annotations

from ordertrack.overview import channel, views

BLUEPRINTS = (views.blueprint,)
CHANNELS = channel.CHANNELS
