"""The session cookie: how long it lasts, and over which lines it travels."""

from __future__ import annotations

import datetime as dt

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ordertrack.tenants.sessions import known_devices

LASTS_ON_TABLETS = dt.timedelta(days=365)
RENEWED_AFTER = dt.timedelta(hours=1)
_TABLET = "tablet"


def identity_of_tablet(tenant_id: object, tablet_id: object) -> str:
    """Under which name Flask-Login keeps a tablet in its cookie."""
    return f"{tenant_id}:{_TABLET}:{tablet_id}"


def is_tablet(session: SessionMixin) -> bool:
    """Whether the cookie says that the device is a shared tablet; the database has the last word."""
    return f":{_TABLET}:" in session.get("_user_id", "")


def is_page(asked: Request) -> bool:
    """Whether a person waits for a page, and not a script for a fragment, a stream or a worker."""
    is_stream = str(asked.endpoint).endswith(".stream")
    is_script = any(name in asked.headers for name in ("HX-Request", "Service-Worker"))
    return asked.method == "GET" and not is_stream and not is_script


class KeptSession(SecureCookieSession):
    """What a cookie says, whether it was signed lately, and until when it is good, in seconds since 1970."""

    is_recent = False
    ends_at = 0.0


def is_renewed(session: SessionMixin, asked: Request) -> bool:
    """Whether this request has the cookie signed anew."""
    is_recent = isinstance(session, KeptSession) and session.is_recent
    return session.permanent and is_page(asked) and not is_recent


class CookieSessions(SecureCookieSessionInterface):
    """The cookie is Secure whenever the page came over TLS, by this server or a proxy before it.

    A person's lasts a shift, a tablet's a year: what ends it is a row.
    """

    session_class = KeptSession
    _signing: tuple[object, URLSafeTimedSerializer] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Flask's, made once for its keys and not for each request."""
        keys = app.secret_key, app.config["SECRET_KEY_FALLBACKS"]
        if self._signing is None or self._signing[0] != keys:
            made = super().get_signing_serializer(app)
            if made is None:
                return None
            self._signing = keys, made
        return self._signing[1]

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """A page makes the sign-in last longer, once an hour; taps and streams, which are many, do not."""
        return session.modified or is_renewed(session, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """The sign-in first, for programs that read one cookie only."""
        super().save_session(app, session, response)
        known_devices.write(response)

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> dt.datetime | None:
        if is_tablet(session):
            return dt.datetime.now(dt.UTC) + LASTS_ON_TABLETS
        return super().get_expiration_time(app, session)

    def open_session(self, app: Flask, request: Request) -> KeptSession | None:
        """As Flask does it, but the age that is too old depends on what stands in the cookie."""
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        try:
            kept, signed_at = signer.loads(
                request.cookies.get(self.get_cookie_name(app), ""),
                max_age=int(LASTS_ON_TABLETS.total_seconds()),
                return_timestamp=True,
            )
        except BadSignature:
            return self.session_class()
        opened = self.session_class(kept)
        lasts = LASTS_ON_TABLETS if is_tablet(opened) else app.permanent_session_lifetime
        opened.ends_at = (signed_at + lasts).timestamp()
        age = dt.datetime.now(dt.UTC) - signed_at
        opened.is_recent = age < RENEWED_AFTER
        return self.session_class() if age > lasts else opened
