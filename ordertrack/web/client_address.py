"""Who asks, as far as the network tells: the address of a request, where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from flask import current_app, request

from ordertrack.database.config import Settings
from ordertrack.monitoring.request_log import FORWARDED

_HOUSEHOLD = 64  # bits of an IPv6 address that name a network; the rest is its devices' to choose


def address_of(environ: Mapping[str, Any], proxies: int) -> str | None:
    """The client's address, of IPv6 its network; None where it is a proxy's that nobody counted.

    `proxies` is how many stand in front. What came from this machine itself, and what says that it was
    forwarded although none is counted, has a proxy's address, and all its clients would share it.
    """
    peer = environ.get("REMOTE_ADDR") or ""
    if proxies:
        if environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR") == peer:
            return None
    elif any(environ.get(name) for name in FORWARDED):
        return None
    try:
        address = ip_address(peer)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _HOUSEHOLD), strict=False))
    return str(address)


def asking() -> str:
    """By which address this request is counted where each must be: one that all clients share, if need be."""
    settings: Settings = current_app.config["SETTINGS"]
    return address_of(request.environ, settings.proxies) or request.remote_addr or ""
