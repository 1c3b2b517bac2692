"""The calls of this room."""

from __future__ import annotations

from ordertrack.api import menu_views, report_views, restaurant_views, views  # noqa: F401 (they add their calls)
from ordertrack.api.blueprint import blueprint
from ordertrack.api.reference import blueprint as reference
from ordertrack.api.stream import ProgramStream
from ordertrack.live.topics import Channel

BLUEPRINTS = (blueprint, reference)
CHANNELS: list[Channel] = [ProgramStream()]
