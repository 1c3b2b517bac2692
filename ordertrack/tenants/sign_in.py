"""Signing staff in and out, and telling every view who is asking."""

from __future__ import annotations

import uuid
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import and_, bindparam, select

from ordertrack.database import db, enter_tenant, present_credential
from ordertrack.orders.state_machine import Role
from ordertrack.statements import Confined
from ordertrack.tenants import throttle
from ordertrack.tenants.accounts import begin_session, end_session
from ordertrack.tenants.models import StaffMember, StaffSession
from ordertrack.tenants.passwords import verify_password
from ordertrack.tenants.principal import Principal

blueprint = Blueprint("sign_in", __name__)
login_manager = LoginManager()
login_manager.session_protection = None  # tablets change their network; a sign-in is a row that can be ended

_TOO_OFTEN = "That was tried too often with a wrong password. Wait a minute, then try again."


_SIGNED_IN = Confined(
    select(StaffMember.id, StaffMember.name, StaffMember.role)
    .join(
        StaffSession,
        and_(StaffSession.tenant_id == StaffMember.tenant_id, StaffSession.staff_id == StaffMember.id),
    )
    .where(
        StaffMember.tenant_id == bindparam("tenant_id"),
        StaffSession.id == bindparam("session_id"),
        StaffSession.ended_at.is_(None),
        StaffMember.revoked_at.is_(None),
    )
)


class SignedIn:
    """What Flask-Login carries for a request: the staff member's principal."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(
        self, tenant_id: uuid.UUID, staff_id: uuid.UUID, name: str, role: Role, session_id: uuid.UUID
    ) -> None:
        self.principal = Principal(tenant_id, f"staff:{staff_id}", name, role, f"session:{session_id}")
        self._id = f"{tenant_id}:{session_id}"

    def get_id(self) -> str:
        return self._id


class CookieSessions(SecureCookieSessionInterface):
    """The session cookie is Secure whenever the page came over TLS, by this server or a proxy before it."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """A page makes the sign-in last longer; taps and streams, of which there are many, do not."""
        return session.modified or (session.permanent and _is_page())


def init_app(app: Flask) -> None:
    app.session_interface = CookieSessions()
    login_manager.init_app(app)
    app.before_request(refuse_cross_site_writes)
    app.register_blueprint(blueprint)


def staff_principal() -> Principal:
    """The signed-in staff member; answers 401 or the sign-in page to anybody else."""
    if not current_user.is_authenticated:
        return cast(Principal, login_manager.unauthorized())
    return cast(Principal, current_user.principal)


def _is_page() -> bool:
    is_stream = str(request.endpoint).endswith(".stream")
    return request.method == "GET" and not is_stream and "HX-Request" not in request.headers


def is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(identity: str) -> SignedIn | None:
    tenant_id, session_id = (uuid.UUID(part) for part in identity.split(":"))
    enter_tenant(tenant_id)
    for member in _SIGNED_IN.rows(tenant_id=tenant_id, session_id=session_id):
        return SignedIn(tenant_id, member.id, member.name, Role(member.role), session_id)
    return None


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _unauthorized() -> None:
    if _is_page():
        abort(redirect(url_for("sign_in.login", next=request.full_path.rstrip("?"))))
    abort(401, "You are signed out. Sign in again to go on; nothing was changed.")


def refuse_cross_site_writes() -> None:
    """No other site may act with a staff member's cookie.

    Every current browser says in Sec-Fetch-Site, or at least in Origin, where a write comes from, and pages
    cannot forge either; programs send neither and carry no one else's cookie. So fragments need no token,
    and a board may stay open for days. (Source: the Fetch Metadata specification.)
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        is_ours = origin is None or urlsplit(origin).netloc == request.host
    if not is_ours:
        abort(403, "This request came from another site. Open the page itself and try again.")


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    if request.method != "POST":
        if is_signed_in():
            return redirect(url_for("boards.home"))
        return render_template("login.html", email="", problem=None)
    email = request.form.get("email", "").strip().lower()
    address = request.remote_addr or ""
    if not throttle.may_try(email, address):
        abort(429, _TOO_OFTEN)
    member = _authenticate(email, request.form.get("password", ""))
    if member is None:
        throttle.failed(address)
        problem = "That e-mail address and password do not belong together."
        return render_template("login.html", email=email, problem=problem), 401
    session.clear()
    session.permanent = True
    enter_tenant(member.tenant_id)
    begun = begin_session(member)
    login_user(SignedIn(member.tenant_id, member.id, member.name, member.role, begun.id))
    return redirect(_local(request.args.get("next")) or url_for("boards.home"))


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End this device's sign-in: its cookie and its open screens."""
    if is_signed_in():
        principal = staff_principal()
        assert principal.session is not None
        end_session(principal.tenant_id, principal.session)
        logout_user()
    session.clear()
    return redirect(url_for("sign_in.login"))


def _authenticate(email: str, password: str) -> StaffMember | None:
    if not email or "\0" in email or len(email) > 255 or len(password) > 1000:
        return None
    present_credential("sign_in_email", email)
    members = db.session.scalars(
        select(StaffMember).where(StaffMember.email == email, StaffMember.revoked_at.is_(None))
    ).all()
    db.session.commit()  # no connection is held while the hash is worked out
    for member in members:
        if verify_password(member.password_hash, password):
            return member
    if not members:
        verify_password(None, password)
    return None


def _local(target: str | None) -> str | None:
    """`next` only if it stays on this site."""
    # Browsers drop tabs and line breaks from an address, and read a backslash as a slash.
    if target and target.isprintable() and target.startswith("/") and not target.startswith(("//", "/\\")):
        return target
    return None
