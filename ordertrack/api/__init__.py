"""JSON for integrators, /api/v1."""

from ordertrack.api import menu_views, restaurant_views, views  # noqa: F401 (they add their calls)
from ordertrack.api.blueprint import blueprint
from ordertrack.api.stream import ProgramStream
from ordertrack.live.topics import Channel

CHANNELS: list[Channel] = [ProgramStream()]

__all__ = ["CHANNELS", "blueprint"]
