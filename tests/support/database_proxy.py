"""The way to the database through a network that a test may break."""

from __future__ import annotations

import dataclasses

from sqlalchemy import URL

from ordertrack.database.config import Settings
from support.network_proxy import Address, NetworkProxy


def proxy_to(settings: Settings) -> NetworkProxy:
    """A proxy before the database of `settings`."""
    return NetworkProxy(_address(settings.operator_url))


def _address(url: URL) -> Address:
    host, port = url.host or str(url.query.get("host") or "127.0.0.1"), url.port or 5432
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)


def by_way_of(network: NetworkProxy, settings: Settings) -> Settings:
    """The same database behind the proxy."""
    url = settings.operator_url
    rest = {name: value for name, value in url.query.items() if name != "host"}
    wired = url.set(drivername="postgresql", host="127.0.0.1", port=network.port, query=rest)
    return dataclasses.replace(settings, database_url=wired.render_as_string(hide_password=False))
