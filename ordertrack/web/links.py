"""Links that leave the house: in answers, messages and on paper."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

from ordertrack.database.config import Settings
from ordertrack.web import hosts


def site() -> str:
    """What they begin with, a slash at its end: the address that the operator says, else the one asked."""
    settings: Settings = current_app.config["SETTINGS"]
    return f"{settings.public_url}/" if settings.public_url else request.host_url


def are_within() -> bool:
    """Whether what begins so is found only in the network of this house: no shop there, and few guests."""
    return hosts.is_within(urlsplit(site()).hostname or "")
