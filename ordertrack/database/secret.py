"""Hosts that share a database share SECRET_KEY: a fingerprint of it stands there, by which they notice."""

from __future__ import annotations

import hashlib
import hmac

import click
from sqlalchemy import text, true
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from ordertrack.database.session import Base, operator_connection


class SecretFingerprint(Base):
    """Of the secret that this database's hosts share; one row."""

    __tablename__ = "secret_fingerprint"

    is_it: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    fingerprint: Mapped[str]


_WRITE = text("""
    INSERT INTO secret_fingerprint (fingerprint) VALUES (:fingerprint)
    ON CONFLICT (is_it) DO UPDATE SET fingerprint = excluded.fingerprint
     WHERE :may_change AND secret_fingerprint.fingerprint <> excluded.fingerprint
""")
_READ = text("SELECT fingerprint FROM secret_fingerprint")
_SERVES = text("""
    SELECT EXISTS (SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND usename = :app AND pid <> pg_backend_pid())
""")


def see_to_it(settings: Settings) -> None:
    """Raise UpgradeRefused if another server uses this database now, and the fingerprint is not ours.

    Where nobody does, the secret has been changed, or all of it was restored elsewhere: that is said.
    """
    ours = fingerprint(settings)
    with operator_connection(settings.operator_url) as connection:
        connection.execute(_WRITE, {"fingerprint": ours, "may_change": False})
        if connection.execute(_READ).scalar() == ours:
            return
        if connection.execute(_SERVES, {"app": settings.app_url.username}).scalar():
            raise UpgradeRefused(
                "This SECRET_KEY is not that of the servers that use this database now: sign-ins made by one"
                " would end at the other. Servers that share a database share SECRET_KEY: use that one. To"
                " change it for this one, stop them and run: ordertrack db upgrade --new-secret-key"
            )
        connection.execute(_WRITE, {"fingerprint": ours, "may_change": True})
        click.echo("SECRET_KEY is another than before: everybody has to sign in again.", err=True)


def write(settings: Settings) -> None:
    """From now on it is this one."""
    with operator_connection(settings.operator_url) as connection:
        connection.execute(_WRITE, {"fingerprint": fingerprint(settings), "may_change": True})


def fingerprint(settings: Settings) -> str:
    """What shows whether two secrets are the same, and nothing else of them."""
    return hmac.new(settings.secret_key.encode(), b"ordertrack fingerprint", hashlib.sha256).hexdigest()[:32]
