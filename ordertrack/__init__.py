"""ordertrack: live order tracking for restaurants."""

from __future__ import annotations

import datetime as dt
from functools import partial

from flask import Flask, Response
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from ordertrack import (
    api,
    assets,
    boards,
    database,
    errors,
    language_choice,
    languages,
    logs,
    metrics,
    names,
    notifications,
    readiness,
    script_words,
    streaming,
    tracking,
    words,
)
from ordertrack.boards import reasons
from ordertrack.config import ROOT, Settings
from ordertrack.incoming import LARGEST_BODY
from ordertrack.live.takeover import TakeOver
from ordertrack.orders import views as order_views
from ordertrack.sla import channel as sla_channel
from ordertrack.sla import settings_views as sla_settings_views
from ordertrack.sla import views as sla_views
from ordertrack.tenants import on_tablet, people_views, sign_in, tablet_guard, tablet_views

_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Pages name customers: nothing of them stays behind on a shared tablet. Static files have their own rule.
    "Cache-Control": "no-store",
}


def create_app(settings: Settings | None = None) -> Flask:
    """The web application of `settings`, or of the environment; it connects to nothing yet."""
    settings = settings or Settings.from_environment()
    app = make_bare_app(settings)
    logs.init_app(app)
    languages.init_app(app)  # before whatever may refuse: a refusal is said in the language asked for
    errors.init_app(app)
    assets.init_app(app)
    words.init_app(app)
    reasons.init_app(app)
    names.init_app(app)
    script_words.init_app(app)
    sign_in.init_app(app)
    tablet_guard.init_app(app)
    streaming.init_app(
        app,
        [*boards.CHANNELS, *tracking.CHANNELS, *api.CHANNELS, *sla_channel.CHANNELS],
        notifications.channels,
        notifications.recover,
    )
    readiness.init_app(app)
    for blueprint in (
        metrics.blueprint,
        readiness.blueprint,
        language_choice.blueprint,
        order_views.blueprint,
        *boards.BLUEPRINTS,
        tracking.blueprint,
        sla_views.blueprint,
        sla_settings_views.blueprint,
        tablet_views.blueprint,
        on_tablet.blueprint,
        people_views.blueprint,
        api.blueprint,
    ):
        app.register_blueprint(blueprint)
    policy = assets.content_security_policy(app)
    app.after_request(partial(_secure, policy))
    Compress(app)
    app.wsgi_app = TakeOver(app.wsgi_app)  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def make_bare_app(settings: Settings, *, as_operator: bool = False) -> Flask:
    """An application with a database and nothing else: for commands; `as_operator` owns the schema."""
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.data_folder),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=16),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        # Pages and lists; a stream's bytes are shared by its watchers, and a card is smaller than a packet.
        COMPRESS_MIMETYPES=["text/html", "text/csv", "application/json", "text/javascript"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=8,
        COMPRESS_BR_MODE=1,  # text
        COMPRESS_MIN_SIZE=2048,
        COMPRESS_STREAMS=False,
        SETTINGS=settings,
    )
    url = settings.operator_url if as_operator else settings.app_url
    database.init_app(app, url, as_operator=as_operator)
    return app


def _secure(policy: str, response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
