"""The web application: every room, put together."""

from __future__ import annotations

import datetime as dt

from flask import Flask, Response
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from ordertrack.api import blueprints as api
from ordertrack.backoffice import blueprints as backoffice
from ordertrack.backoffice.audit import fields_elsewhere
from ordertrack.boards import blueprints as boards
from ordertrack.boards import reasons
from ordertrack.channels import auditing as channel_auditing
from ordertrack.channels import calls as channel_calls
from ordertrack.channels import troubles as channel_troubles
from ordertrack.channels import views as channel_views
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.i18n import labels, money, names, script_messages, time_zones, translate
from ordertrack.live.takeover import TakeOver
from ordertrack.manager_alerts import blueprints as manager_alerts
from ordertrack.menu import labels as menu_labels
from ordertrack.menu import problems as menu_problems  # noqa: F401 (it registers)
from ordertrack.messages import blueprints as messages
from ordertrack.messages import register as guest_messages
from ordertrack.monitoring import health, metrics, request_log
from ordertrack.monitoring.request_log import RequestLog
from ordertrack.order_entry import blueprints as order_entry
from ordertrack.orders import problems as order_problems  # noqa: F401 (it registers)
from ordertrack.orders import views as order_views
from ordertrack.orders.changing import change_views
from ordertrack.orders.due import must_start
from ordertrack.overview import attention
from ordertrack.overview import blueprints as overview
from ordertrack.presence import blueprints as presence
from ordertrack.restaurants import naming
from ordertrack.server import notifications
from ordertrack.server.admission import Admission
from ordertrack.setup import blueprints as setup
from ordertrack.setup import gate as setup_gate
from ordertrack.setup import progress as setup_progress
from ordertrack.sla.breakdown import views as breakdown_views
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.forecast import views as forecast_views
from ordertrack.sla.orders_behind import became_views
from ordertrack.sla.orders_behind import views as orders_behind_views
from ordertrack.sla.report import channel as report_channel
from ordertrack.sla.report import views as report_views
from ordertrack.streams import problems as stream_problems  # noqa: F401 (it registers)
from ordertrack.streams import sse
from ordertrack.streams.coming_back import ComingBack
from ordertrack.tenants import company, suspension
from ordertrack.tenants.shared_tablets import tablet_guard
from ordertrack.tenants.signing_in import request_shares, sign_in
from ordertrack.tracking import views as tracking
from ordertrack.web import (
    assets,
    errors,
    guide,
    hosts,
    language_menu,
    mirror,
    page_help,
    problem_pages,
    sealing_problems,  # noqa: F401 (it registers)
    templating,
)
from ordertrack.web.bodies import LARGEST_BODY
from ordertrack.webhooks import auditing as webhook_auditing
from ordertrack.webhooks import troubles as webhook_troubles
from ordertrack.webhooks import views as webhook_views

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
    templating.init_app(app)
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=16),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        # Pages and lists; a stream's bytes are shared by its watchers, and a card is smaller than a packet.
        COMPRESS_MIMETYPES=["text/html", "text/csv", "application/json", "text/javascript"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        # From level 9 on brotli clears so much memory for each answer that a page takes it five times as long
        # and a tap's answer fifty times, to come out a hundredth smaller. Pages have up to half a megabyte.
        COMPRESS_BR_LEVEL=8,
        COMPRESS_BR_MODE=1,  # text
        COMPRESS_BR_WINDOW=20,
        COMPRESS_MIN_SIZE=2048,
        COMPRESS_STREAMS=False,
    )
    must_start.use(expected_end.needed)
    attention.register(webhook_troubles.lines)
    attention.register(channel_troubles.lines)
    fields_elsewhere.register("channel", channel_auditing.field_of)
    fields_elsewhere.register("webhook", webhook_auditing.field_of)
    guest_messages.register_transports()
    request_log.init_app(app)
    translate.init_app(app)  # before whatever may refuse: a refusal is said in the language asked for
    errors.init_app(app)
    hosts.init_app(app)
    assets.init_app(app)
    labels.init_app(app)
    money.init_app(app)
    reasons.init_app(app)
    names.init_app(app)
    time_zones.init_app(app)
    menu_labels.init_app(app)
    naming.init_app(app)
    messages.init_app(app)
    page_help.init_app(app)
    script_messages.init_app(app)
    sign_in.init_app(app)
    request_shares.init_app(app)
    company.init_app(app)
    suspension.init_app(app)
    tablet_guard.init_app(app)
    setup_gate.init_app(app)
    setup_progress.init_app(app)
    sse.init_app(
        app,
        [
            *boards.CHANNELS,
            *presence.CHANNELS,
            *overview.CHANNELS,
            *tracking.channels(app),
            *api.CHANNELS,
            *report_channel.CHANNELS,
        ],
        notifications.hearing,
    )
    health.init_app(app)
    for blueprint in (
        metrics.blueprint,
        health.blueprint,
        mirror.blueprint,
        language_menu.blueprint,
        problem_pages.blueprint,
        guide.blueprint,
        order_views.blueprint,
        change_views.blueprint,
        *boards.BLUEPRINTS,
        *order_entry.BLUEPRINTS,
        *messages.BLUEPRINTS,
        *presence.BLUEPRINTS,
        *overview.BLUEPRINTS,
        *manager_alerts.BLUEPRINTS,
        tracking.blueprint,
        report_views.blueprint,
        forecast_views.blueprint,
        orders_behind_views.blueprint,
        became_views.blueprint,
        breakdown_views.blueprint,
        *backoffice.BLUEPRINTS,
        channel_views.blueprint,
        channel_calls.blueprint,
        webhook_views.blueprint,
        *setup.BLUEPRINTS,
        *api.BLUEPRINTS,
    ):
        app.register_blueprint(blueprint)
    app.after_request(_secure)
    Compress(app)
    app.wsgi_app = app.extensions["coming_back"] = ComingBack(app, app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = TakeOver(app.wsgi_app)  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    admission = app.extensions["admission"] = Admission(app.wsgi_app)
    app.wsgi_app = RequestLog(admission, settings.proxies)  # type: ignore[method-assign]
    return app


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", assets.content_security_policy())
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
