"""Signing staff in and out, and telling every view who is asking."""

from __future__ import annotations

import uuid
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import and_, bindparam, select

from ordertrack.database.config import Settings
from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import COOKIE, marked
from ordertrack.i18n.translate import gettext as _
from ordertrack.monitoring import request_log
from ordertrack.rules.roles import Role
from ordertrack.tenants import restaurants, suspension
from ordertrack.tenants.credentials.passwords import TooManyAtOnce, verify_password
from ordertrack.tenants.models import StaffMember, StaffSession
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions import kept_sign_ins, known_devices
from ordertrack.tenants.sessions.access import begin_session, end_session
from ordertrack.tenants.sessions.cookies import CookieSessions, is_page, is_renewed
from ordertrack.tenants.shared_tablets import tablet_session, tablets
from ordertrack.tenants.signing_in import own_account
from ordertrack.tenants.signing_in.device_words import device_of
from ordertrack.tenants.throttling import failed_sign_ins, throttle
from ordertrack.web import client_address, language_menu
from ordertrack.web.redirects import local_path

blueprint = Blueprint("sign_in", __name__)
login_manager = LoginManager()
login_manager.session_protection = None  # tablets change their network; a sign-in is a row that can be ended

_READS = ("GET", "HEAD", "OPTIONS")
_FOR_MANAGERS = marked("This page is for managers and owners.")
_SIGNED_IN = TenantQuery(
    select(StaffMember.id, StaffMember.name, StaffMember.role, StaffMember.restaurant_ids)
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
    """What Flask-Login carries for a request: the principal of a staff member, or of a shared tablet."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, principal: Principal, identity: str) -> None:
        self.principal = principal
        self._identity = identity

    def get_id(self) -> str:
        return self._identity


def init_app(app: Flask) -> None:
    app.extensions["sign_ins"] = kept_sign_ins.KeptSignIns()
    app.session_interface = CookieSessions()
    login_manager.init_app(app)
    app.before_request(refuse_cross_site_writes)
    app.before_request(_refuse_writes_while_suspended)
    app.register_blueprint(blueprint)


def staff_principal() -> Principal:
    """Who reads: the signed-in staff member or tablet; 401 or the sign-in page to anybody else."""
    if not current_user.is_authenticated:
        return cast(Principal, login_manager.unauthorized())
    return cast(Principal, current_user.principal)


def acting_principal() -> Principal:
    """Who writes: the signed-in staff member; on a tablet the person whose token is the field `person`.

    Raises PersonNeeded if nobody is on at the tablet, or somebody who may act no longer.
    """
    principal = staff_principal()
    if principal.tablet is None:
        return principal
    person = tablet_session.person_on(principal, request.form.get("person", ""))
    request_log.asked_by(person.actor)
    return person


def managing_principal(refusal: str = _FOR_MANAGERS) -> Principal:
    """The signed-in manager or owner; 403 to the rest of the staff, with the marked sentence `refusal`."""
    principal = staff_principal()
    if not principal.is_manager:
        abort(403, _(refusal))
    return principal


def become_tablet(principal: Principal) -> None:
    """Make this device the tablet's: what a person's sign-in left in its cookie is gone."""
    _remember(SignedIn(principal, tablets.identity_of(principal)))


def is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(identity: str) -> SignedIn | None:
    tenant, *kind, row = identity.split(":")
    tenant_id, row_id = uuid.UUID(tenant), uuid.UUID(row)
    enter_tenant(tenant_id)
    principal = kept_sign_ins.find(tenant_id, row_id, tablets.find if kind else _member)
    if principal is None:
        return None
    request_log.asked_by(principal.actor)
    if principal.tablet is None and is_renewed(session, request):
        own_account.seen(tenant_id, row_id)
    return SignedIn(principal, identity)


def _member(tenant_id: uuid.UUID, session_id: uuid.UUID) -> Principal | None:
    for member in _SIGNED_IN.rows(tenant_id=tenant_id, session_id=session_id):
        return _principal(tenant_id, member, session_id)
    return None


def _principal(tenant_id: uuid.UUID, member: Any, session_id: uuid.UUID) -> Principal:
    return Principal(
        tenant_id,
        f"staff:{member.id}",
        member.name,
        Role(member.role),
        f"session:{session_id}",
        restaurants=restaurants.bound_to(tenant_id, member.restaurant_ids),
    )


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _unauthorized() -> None:
    if is_page(request):
        abort(redirect(url_for("sign_in.login", next=request.full_path.rstrip("?"))))
    abort(401, _("You are signed out. Sign in again to go on; nothing was changed."))


def refuse_cross_site_writes() -> None:
    """No other site may act with a staff member's cookie.

    Every current browser says in Sec-Fetch-Site, or at least in Origin, where a write comes from, and pages
    cannot forge either; programs send neither and carry no one else's cookie. So fragments need no token,
    and a board may stay open for days. (Source: the Fetch Metadata specification.)
    """
    if request.method in _READS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        is_ours = origin is None or urlsplit(origin).netloc == request.host
    if not is_ours:
        abort(403, _("This request came from another site. Open the page itself and try again."))


# What is no write of the company's: signing in and out, the language, and what guests say on their pages.
OPEN_WHILE_SUSPENDED = frozenset(
    {
        *("sign_in.login", "sign_in.logout", "language_menu.choose", "password_links.use"),
        *("tablet.sign_on", "tablet.sign_out", "account.end", "account.end_others"),
        *("guest_push.begin", "guest_push.end", "guest_messages.seen", "guest_messages.stop"),
        "message_hooks.report",
    }
)


def _refuse_writes_while_suspended() -> None:
    """People and tablets of a company that is suspended only look."""
    if request.method in _READS or request.endpoint in OPEN_WHILE_SUSPENDED:
        return
    if current_user.is_authenticated:
        suspension.refuse_writing(current_user.principal.tenant_id)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    if request.method != "POST":
        if is_signed_in():
            return redirect(url_for("overview.home"))
        return _form("")
    email = request.form.get("email", "").strip().lower()
    tried = begin_try(email, known_devices.known_as(email))
    if tried.wait:
        failed_sign_ins.note("password", "too often")
        return _form(email, said_too_often(tried.wait)), 429, {"Retry-After": str(tried.wait)}
    before = staff_principal() if is_signed_in() else None
    try:
        signed_in = _begin(email, request.form.get("password", ""))
    except TooManyAtOnce:
        tried.was_right()  # nobody looked whether it was
        raise
    if signed_in is None:
        failed_sign_ins.note("password")
        return _form(email, _("That e-mail address and password do not belong together.")), 401
    tried.was_right()
    end_sign_in_of(before)
    _remember(signed_in)
    known_devices.remember(email)
    answer = redirect(local_path(request.args.get("next")) or url_for("overview.home"))
    if COOKIE not in request.cookies:
        enter_tenant(signed_in.principal.tenant_id)
        language = own_account.language_of(signed_in.principal)
        if language is not None:
            language_menu.remember(answer, language)
    return answer


def sign_in(member: StaffMember) -> None:
    """Sign somebody of the entered tenant in on this device, which is known as theirs from then on."""
    before = staff_principal() if is_signed_in() else None
    signed_in = _begun(member)
    assert signed_in is not None
    end_sign_in_of(before)
    enter_tenant(member.tenant_id)
    _remember(signed_in)
    known_devices.remember(member.email or "")


def end_sign_in_of(before: Principal | None) -> None:
    """End the sign-in that this device had until now, if it had one; enters its tenant then."""
    if before is not None and before.session is not None:
        enter_tenant(before.tenant_id)
        end_session(before.tenant_id, before.session)


def begin_try(of: str, own_device: str | None) -> throttle.Try:
    """Count a try of somebody's password, from where this request comes or on a device of theirs."""
    return throttle.Try(of, client_address.asking(), own_device)


def said_too_often(seconds: int) -> str:
    return _("Too many tries with a wrong password. %(when)s", when=throttle.again_in(seconds))


def _form(email: str, problem: str | None = None) -> str:
    """The page to sign in on; what was typed as the e-mail stays, and `problem` says what was wrong."""
    return render_template("auth/login.html", email=email, problem=problem)


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


def _remember(signed_in: SignedIn) -> None:
    """Have the cookie name them, and nobody else."""
    request_log.asked_by(signed_in.principal.actor)
    session.clear()
    session.permanent = True
    login_user(signed_in)
    del session["_id"]  # a fingerprint of the device, for the protection that is off: a third of the cookie


def _begin(email: str, password: str) -> SignedIn | None:
    """A sign-in, if address and password belong together."""
    member = _authenticate(email, password)
    return None if member is None else _begun(member)


def _begun(member: StaffMember) -> SignedIn | None:
    """A sign-in of theirs; None if password or access have ended since they were read."""
    enter_tenant(member.tenant_id)
    begun = begin_session(member, device_of(request.user_agent.string))
    if begun is None:
        return None
    return SignedIn(_principal(member.tenant_id, member, begun.id), f"{member.tenant_id}:{begun.id}")


def _authenticate(email: str, password: str) -> StaffMember | None:
    if not email or "\0" in email or len(email) > 255 or len(password) > 1000:
        return None
    present_credential("sign_in_email", email)
    members = db.session.scalars(
        select(StaffMember).where(StaffMember.email == email, StaffMember.revoked_at.is_(None))
    ).all()
    db.session.commit()  # no connection is held while the hash is worked out
    settings: Settings = current_app.config["SETTINGS"]
    asker = client_address.address_of(request.environ, settings.proxies)
    for member in members:
        if verify_password(member.password_hash, password, asker):
            return member
    if not members:
        verify_password(None, password, asker)
    return None
