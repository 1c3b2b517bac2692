"""The database: its version, schema and roles, what is heard of it, its clock, its room."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
from sqlalchemy import Connection, text

from ordertrack.database import bus, connecting, migrating, room, session
from ordertrack.database.app import make_bare_app
from ordertrack.database.channels import BusLost
from ordertrack.database.config import DIRECT, POSTGRESQL_BUS, Settings
from ordertrack.database.migrating import UpgradeRefused
from ordertrack.database.session import db
from ordertrack.operating.doctor.finding import Finding, broken, look, ok
from ordertrack.server import consistency

OLDEST = 150_000
HEARS_WITHIN = 5.0  # seconds
# Seconds that its clock may differ from this machine's.
CLOCK_LOOK, CLOCK_BROKEN = 1.0, 30.0
_ROOM = text("""
    SELECT current_setting('max_connections')::integer
         - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true), '0')::integer AS there,
        (SELECT count(*) FROM pg_stat_activity WHERE usesysid IS NOT NULL
            AND coalesce(backend_type, 'client backend') = 'client backend') AS used
""")


def check(settings: Settings) -> Iterator[Finding]:
    """Raises what a database raises if it cannot be reached."""
    with session.operator_connection(settings.operator_url) as connection:
        yield _version(connection)
        schema = _schema(connection)
        yield schema
        yield _clock(connection)
        yield _room(connection, settings)
        if migrating.revision(connection) is None:
            return
        yield from _guards(connection)
    role = consistency.check_role(settings)
    yield (
        ok("role", "the application's role can sign in and is confined")
        if role.holds
        else broken("role", f"this does not hold: {role.claim}", "Run: ordertrack db upgrade")
    )
    yield from _pooler(settings)
    yield _listening(settings)


def _version(connection: Connection) -> Finding:
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    said = f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"
    if number < OLDEST:
        return broken("database", f"{said} is too old", "Use PostgreSQL 15 or newer.")
    return ok("database", said)


def _newer(connection: Connection, at: str | None) -> Finding:
    """Of a schema that this version does not know."""
    try:
        migrating.newer_revision(connection)
    except UpgradeRefused:
        return broken("schema", f"at {at}, which this version does not know", "Use the newer version.")
    return look(
        "schema", f"at {at}, of a newer version; this one works with it", "Go on with the newer version."
    )


def _schema(connection: Connection) -> Finding:
    at, newest = migrating.revision(connection), migrating.newest()
    if at == newest:
        return ok("schema", f"at {at}, the newest")
    if at is None:
        return broken("schema", "the database is empty", "Run: ordertrack serve, or ordertrack db upgrade")
    if not migrating.is_known(at):
        return _newer(connection, at)
    return look("schema", f"at {at}, and {newest} is the newest", "Run: ordertrack db upgrade")


def _guards(connection: Connection) -> Iterator[Finding]:
    try:
        session.refuse_blind_operator(connection)
    except session.BlindOperator as error:
        yield broken("row-level security", str(error), "Run: ordertrack db upgrade")
        return
    wrong = [finding.claim for finding in consistency.check_guards(connection) if not finding.holds]
    if wrong:
        said = f"this does not hold: {'; '.join(wrong)}"
        yield broken("row-level security", said, "Run ordertrack db check, and restore a backup if need be.")
    else:
        yield ok("row-level security", "forced on every company's table, and the guards of the log are on")


def _clock(connection: Connection) -> Finding:
    before = time.time()
    there = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    after = time.time()
    apart = max(there - after, before - there, 0.0)
    said = f"the database's and this machine's are {apart:.1f} s apart"
    do = "Have both set by NTP: times in the log are the database's, countdowns on screens are ours."
    if apart >= CLOCK_BROKEN:
        return broken("clock", said, do)
    return look("clock", said, do) if apart >= CLOCK_LOOK else ok("clock", said)


def _room(connection: Connection, settings: Settings) -> Finding:
    there, used = connection.execute(_ROOM).one()
    needed = room.needed(settings)
    said = f"this server uses up to {needed}, {used} of {there} are taken now"
    if needed > there:
        do = f"Set max_connections to {needed + 20} or more, or fewer workers or ORDERTRACK_CONNECTIONS."
        return broken("connections", said, do)
    if used >= 0.9 * there:
        return look("connections", said, "Raise max_connections, or find out who holds them.")
    return ok("connections", said)


def _pooler(settings: Settings) -> Iterator[Finding]:
    """One that keeps no session answers from another connection than it lets in."""
    if is_pooled(settings):
        if settings.is_pooled:
            yield ok("pooler", f"a pooler stands before the database, and {DIRECT} leads past it")
        else:
            yield look(
                "pooler",
                "a pooler stands before the database",
                f"In session mode all is well. In transaction mode name the way past it in {DIRECT}.",
            )


def is_pooled(settings: Settings) -> bool:
    """Whether requests reach PostgreSQL by something else: the number of their connection is then another."""
    address = settings.app_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, connect_timeout=10, prepare_threshold=None) as asked:
        row = asked.execute("SELECT pg_backend_pid()").fetchone()
        return row is None or row[0] != asked.info.backend_pid


def _listening(settings: Settings) -> Finding:
    """Say something on a channel of one's own, and hear it."""
    channel, word = f"ordertrack_doctor_{secrets.token_hex(4)}", secrets.token_hex(8)
    app = make_bare_app(settings)
    which = "LISTEN" if settings.bus == POSTGRESQL_BUS else "the bus"
    try:
        with app.app_context(), connecting.within(HEARS_WITHIN):
            try:
                with bus.make(settings).ear("doctor", HEARS_WITHIN) as ear:
                    ear.listen(channel)
                    began = time.monotonic()
                    app.extensions["bus"].say(channel, [word])
                    with closing(ear.heard(HEARS_WITHIN)) as heard:
                        if (channel, word) in heard:
                            took = 1000 * (time.monotonic() - began)
                            return ok("notifications", f"{which} heard what was said after {took:.0f} ms")
                    return broken("notifications", "what was said was not heard", f"{ear.advice}.")
            finally:
                db.session.remove()
                db.engine.dispose()
    except BusLost as error:
        return broken("notifications", f"the bus cannot be used: {error}", "Start it, or see ORDERTRACK_BUS.")
