"""By which names the house may be called: a request to another one was led here by somebody else."""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address

from flask import Flask, abort, current_app, request
from werkzeug.exceptions import SecurityError

from ordertrack.database.config import Settings
from ordertrack.i18n.translate import gettext as _

_FORM = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_FOR_PROBES = ("/healthz", "/readyz")  # a probe asks each machine by its own address
# So does Prometheus: by an address, or by a name that no page elsewhere can be under.
_METRICS = "/metrics"
# Ends of names that the public directory of names does not have: nobody elsewhere can own one.
_LOCAL = (".localhost", ".local", ".lan", ".internal", ".home.arpa", ".home", ".corp", ".test")


def init_app(app: Flask) -> None:
    app.before_request(_refuse_other_hosts)


def _refuse_other_hosts() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    if request.path in _FOR_PROBES or (request.path == _METRICS and is_within(name_of(_named()))):
        return
    if not name_of(_named()):
        abort(400, _("The header Host does not name a host. Use the address that you were given."))
    if request.is_secure and not settings.hosts:
        return  # the browser holds our certificate against the name
    if not is_ours(request.host, settings):
        abort(
            421,
            _(
                "This server is not called %(host)s. Use the address that you were given; whoever runs the"
                " server says in ORDERTRACK_PUBLIC_URL by which names it is called.",
                host=request.host[:100],
            ),
        )


def _named() -> str:
    """What the request calls us; nothing where it is no host."""
    try:
        return request.host
    except SecurityError:
        return ""


def is_ours(host: str, settings: Settings) -> bool:
    """Whether a request that names this host, with or without a port, is for us.

    What the operator lists, and this machine itself. Where nothing is listed, any name that a machine of
    one's own network has: no page from elsewhere can be under one. With counted proxies the choice is theirs.
    """
    name = name_of(host)
    if name in settings.hosts or is_loopback(name):
        return True
    return not settings.hosts and (bool(settings.proxies) or _is_of_this_network(name))


def name_of(host: str) -> str:
    """Without port, brackets and the dot that may end it; nothing of what is no host."""
    found = _FORM.fullmatch(host)
    return (found[1] or found[2]).lower().removesuffix(".") if found else ""


def is_loopback(name: str) -> bool:
    """Whether only this machine itself is called so."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_within(name: str) -> bool:
    """Whether only this machine, or those of its own network, find what is called so."""
    try:
        return not ip_address(name).is_global
    except ValueError:
        return is_loopback(name) or "." not in name or name.endswith(_LOCAL)


def _is_of_this_network(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        is_single = bool(name) and "." not in name
        return is_single or name.endswith(_LOCAL) or name == socket.gethostname().lower()
    return True
