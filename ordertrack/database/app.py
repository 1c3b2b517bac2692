"""An application with a database and nothing else."""

from __future__ import annotations

from flask import Flask

from ordertrack.database import bus, session
from ordertrack.database.config import ROOT, Settings


def make_bare_app(settings: Settings, *, as_operator: bool = False) -> Flask:
    """What commands work in; `as_operator` owns the schema."""
    app = Flask(
        "ordertrack",
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.data_folder),
    )
    app.config.update(SECRET_KEY=settings.secret_key, SETTINGS=settings)
    url = settings.operator_url if as_operator else settings.app_url
    session.init_app(
        app,
        url,
        as_operator=as_operator,
        is_pooled=settings.is_pooled and not as_operator,
        connections=settings.connections,
    )
    app.extensions["bus"] = bus.make(settings)
    return app
