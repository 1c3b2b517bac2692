"""JSON for integrators, /api/v1."""

from __future__ import annotations

from flask import Blueprint

from ordertrack.live.topics import Channel

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
CHANNELS: list[Channel] = []
