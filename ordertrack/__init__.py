"""ordertrack: live order tracking for restaurants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from ordertrack.database.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The web application of `settings`, or of the environment; it connects to nothing yet."""
    from ordertrack.server import application  # commands do without it, and start in half the time

    return application.create_app(settings)
