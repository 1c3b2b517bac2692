"""The confined role that the application signs in as: made once, and its password changed only when asked."""

from __future__ import annotations

import base64
import hashlib
import hmac

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import ProgrammingError

from ordertrack.database import connecting
from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused

_ROLE_SETTINGS = """
    SELECT setconfig FROM pg_db_role_setting
     WHERE setrole = current_user::regrole
       AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def see_to_it(connection: Connection, settings: Settings, *, may_change: bool) -> None:
    """Make the role, or find that it can sign in with the password that the secret key gives.

    Another password, which a running server may be using, is changed only where it `may_change`. Raises
    UpgradeRefused where the role cannot be had; then nothing was changed.
    """
    if settings.app_database_url is not None:
        _refuse_missing(connection, settings)
    elif not _exists(connection, settings.app_role):
        _write(connection, settings, "CREATE")
    elif (problem := _other_password(connection, settings)) is not None:
        if not may_change:
            raise UpgradeRefused(
                f"The role {settings.app_role}, which the application signs in as, has another password than"
                f" this SECRET_KEY gives ({problem}), and a server may be running with it. Servers that share"
                " a database share SECRET_KEY: use that one. To change it for this one, stop them and run:"
                " ordertrack db upgrade --new-secret-key"
            )
        _write(connection, settings, "ALTER")


def make_if_missing(connection: Connection, settings: Settings) -> None:
    """Make the role where there is none; one that is there keeps its password, whichever that is."""
    if settings.app_database_url is not None:
        _refuse_missing(connection, settings)
    elif not _exists(connection, settings.app_role):
        _write(connection, settings, "CREATE")


def limit(settings: Settings) -> None:
    """Give the role the bounds that connections through a pooler cannot ask for; it may do that by itself.

    They hold for connections that are made from then on.
    """
    with psycopg.connect(_address(settings.app_direct_url), autocommit=True, connect_timeout=10) as role:
        (before,) = role.execute(_ROLE_SETTINGS).fetchone() or ([],)
        has = {each.lower() for each in before}
        for name, value in connecting.OF_THE_APPLICATION.items():
            if f"{name}={value}".lower() not in has:
                alter = "ALTER ROLE CURRENT_USER IN DATABASE {} SET {} = {}"
                names = sql.Identifier(role.info.dbname), sql.Identifier(name), sql.Literal(value)
                role.execute(sql.SQL(alter).format(*names))


def _exists(connection: Connection, role: str) -> bool:
    found = connection.execute(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role})
    return bool(found.scalar())


def _refuse_missing(connection: Connection, settings: Settings) -> None:
    role = settings.app_url.username
    if role is None or not _exists(connection, role):
        raise UpgradeRefused(
            f"ORDERTRACK_APP_DATABASE_URL names the role {role!r}, which the database server does not have."
            " Make it (with LOGIN and nothing else), or leave that variable unset. Nothing was changed."
        )


def _other_password(connection: Connection, settings: Settings) -> str | None:
    """What shows that the role has another password than the secret key gives; None if it has that one.

    A superuser can read it off the stored verifier. Any other owner signs in as the role: where the server
    lets in whoever comes, the password is of no importance, and is left alone.
    """
    may_read = "SELECT has_table_privilege('pg_authid', 'SELECT')"
    if connection.execute(text(may_read)).scalar():
        stored = connection.execute(
            text("SELECT rolpassword FROM pg_authid WHERE rolname = :role"), {"role": settings.app_role}
        ).scalar()
        return None if verifies(stored, settings.app_role_password) else "as its stored verifier shows"
    try:
        _sign_in(settings)
    except psycopg.OperationalError as error:
        said = str(error).strip().rpartition("\n")[2]
        return said.rpartition("FATAL:")[2].strip()
    return None


def _sign_in(settings: Settings) -> None:
    psycopg.connect(_address(settings.app_direct_url), connect_timeout=10).close()


def _address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def verifies(verifier: str | None, password: str) -> bool:
    """Whether a verifier as PostgreSQL stores it (RFC 5803, with SHA-256) is this password's."""
    try:
        mechanism, cost, keys = (verifier or "").split("$")
        iterations, salt = cost.split(":")
        stored_key = base64.b64decode(keys.split(":")[0], validate=True)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    except ValueError:
        return False
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return mechanism == "SCRAM-SHA-256" and hmac.compare_digest(
        hashlib.sha256(client_key).digest(), stored_key
    )


def _write(connection: Connection, settings: Settings, verb: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    # Only the verifier travels, so that a server that logs statements never logs the password.
    verifier = driver.pgconn.encrypt_password(
        settings.app_role_password.encode(), settings.app_role.encode(), b"scram-sha-256"
    ).decode()
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(settings.app_role), sql.Literal(verifier)
    )
    try:
        connection.exec_driver_sql(statement.as_string(driver))
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise UpgradeRefused(_without_power(connection, settings, verb)) from error


def _without_power(connection: Connection, settings: Settings, verb: str) -> str:
    owner = settings.operator_url.username
    what = "make" if verb == "CREATE" else "change"
    remedy = (
        f"ALTER ROLE {owner} CREATEROLE"
        if verb == "CREATE"
        else f"ALTER ROLE {owner} CREATEROLE, and from PostgreSQL 16 on:"
        f" GRANT {settings.app_role} TO {owner} WITH ADMIN OPTION"
    )
    return (
        f"The role {owner} of DATABASE_URL may not {what} the role {settings.app_role}, which the application"
        f" signs in as. Nothing was changed. Have a superuser run: {remedy}. Or have a role made that owns"
        " nothing, and name it in ORDERTRACK_APP_DATABASE_URL."
    )
