"""JSON for integrators, /api/v1."""

from ordertrack.api.stream import ProgramStream
from ordertrack.api.views import blueprint
from ordertrack.live.topics import Channel

CHANNELS: list[Channel] = [ProgramStream()]

__all__ = ["CHANNELS", "blueprint"]
