"""Bringing a database up to date: revisions, the application's role, its grants, the owner's policy."""

from __future__ import annotations

import click
from psycopg import sql
from sqlalchemy import Connection, text

from ordertrack.database import app_role, migrating, session
from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from ordertrack.database.session import operator_connection

__all__ = ["UpgradeRefused", "upgrade"]

# Of the roles that own the tables, those that the operator's role cannot act as.
_OTHER_OWNERS = text("""
    SELECT DISTINCT rolname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = ANY (:tables)
       AND NOT pg_has_role(relowner, 'USAGE')
""")
# Tables on which their owner lacks a right that owners have: whoever it was taken from may still grant it.
_RIGHTS_LOST = text("""
    SELECT format('GRANT ALL ON public.%I TO %s', relname, relowner::regrole) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = ANY (:tables)
       AND NOT aclcontains(relacl, (acldefault('r', relowner))[1])
""")
_OWNERS_POLICY = text("""
    SELECT relowner::regrole::text AS owner, EXISTS (
        SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'operator' AND polcmd = '*'
           AND polpermissive AND polroles = ARRAY[relowner] AND pg_get_expr(polqual, polrelid) = 'true'
           AND pg_get_expr(polwithcheck, polrelid) = 'true') AS is_there
      FROM pg_class WHERE oid = 'public.tenants'::regclass
""")


def upgrade(
    settings: Settings, *, if_behind: bool = False, may_be_newer: bool = False, new_secret_key: bool = False
) -> None:
    """Run every revision that is missing, and give role, grants and policy to those who need them today.

    Each revision is one transaction, the last one together with grants and policy: interrupted anywhere, the
    next call goes on from there, and a database at the newest revision is complete. With `if_behind` it does
    nothing to one that is, but raises BlindOperator if its owner could not see every tenant; and it says that
    it upgrades, which nobody asked for. Raises UpgradeRefused where something has to be changed first, and
    UnsafeDatabaseRole where the application would be no confined role: then nothing was changed.
    `new_secret_key` lets the role's password change. A database that a newer version has brought further is
    left as it is, and said so, if `may_be_newer` and this code works with it; `if_behind` says nothing of it.
    """
    app = settings.app_url.username or settings.app_role
    is_to_say_so = if_behind
    with operator_connection(settings.operator_url) as connection:
        connection.execution_options(isolation_level="READ COMMITTED")
        if if_behind or may_be_newer:
            with connection.begin():
                newer = migrating.newer_revision(connection)
                if newer is not None and may_be_newer:
                    click.echo(
                        f"The database is at revision {newer}, of a newer version of ordertrack. This one"
                        " works with it, and goes on.",
                        err=True,
                    )
                if newer is not None:
                    session.refuse_blind_operator(connection)
                    return
        if if_behind:
            with connection.begin():
                if migrating.revision(connection) == migrating.newest():
                    session.refuse_blind_operator(connection)
                    return

        def begin() -> bool:
            nonlocal is_to_say_so
            _refuse_other_owners(connection)
            session.refuse_unsafe_role(connection, app)
            _give_back_owners_rights(connection)
            at = migrating.known_revision(connection)
            is_empty = at is None  # then no server can be running on it
            app_role.see_to_it(connection, settings, may_change=new_secret_key or is_empty)
            if is_to_say_so and at != migrating.newest():
                since = "it is new" if is_empty else f"from revision {at} to {migrating.newest()}"
                click.echo(f"Bringing the database up to date: {since} ...", err=True)
                is_to_say_so = False  # again, if a table was in use
            return go_on()

        def go_on() -> bool:
            is_newest = migrating.go_on(connection)
            if is_newest:
                _see_to_policy(connection)
                _grant(connection, app)
                migrating.say_oldest_code(connection)
            return is_newest

        is_newest = migrating.in_turn(connection, begin)
        while not is_newest:
            is_newest = migrating.in_turn(connection, go_on)
    if settings.is_pooled:
        app_role.limit(settings)


def _refuse_other_owners(connection: Connection) -> None:
    others = connection.execute(_OTHER_OWNERS, {"tables": migrating.tables()}).scalars().all()
    if others:
        me = connection.execute(text("SELECT current_user")).scalar()
        raise UpgradeRefused(
            f"The tables of this database belong to {', '.join(others)}, and DATABASE_URL signs in as {me}."
            " Nothing was changed. Name the owner in DATABASE_URL, or have a superuser make"
            f" {me} the owner of the tables and functions in the schema public."
        )


def _give_back_owners_rights(connection: Connection) -> None:
    """Mend what an upgrade did that took the owner itself for the application: it lost the right to read."""
    for statement in connection.execute(_RIGHTS_LOST, {"tables": migrating.tables()}).scalars().all():
        connection.exec_driver_sql(statement)


def _see_to_policy(connection: Connection) -> None:
    """Show every tenant to whoever owns the tables today: after a restore that may be another role."""
    owner, is_there = connection.execute(_OWNERS_POLICY).one()
    if not is_there:
        connection.exec_driver_sql("DROP POLICY IF EXISTS operator ON public.tenants")
        connection.exec_driver_sql(
            f"CREATE POLICY operator ON public.tenants TO {owner} USING (true) WITH CHECK (true)"
        )


def _grant(connection: Connection, role: str) -> None:
    """What the revisions say and no more; in a transaction, so that a running server never misses a right.

    Raises UnsafeDatabaseRole rather than take an owner's rights away.
    """
    session.refuse_unsafe_role(connection, role)
    name = sql.Identifier(role).as_string()
    for statement in (
        "REVOKE ALL ON FUNCTION tenants_behind(), next_due(), followed_heads(), jobs_due(), house_is_empty(),"
        " tenants_of_channels(), tenants_that_alert(), name_idempotency_sender(), note_ended_access(),"
        " channels_to_tend(timestamptz, timestamptz), tenants_that_chose(text[]),"
        " tenants_to_alert(text[], text[], timestamptz), mask_orders(uuid[])"
        " FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        *(f"GRANT {grant} TO {name}" for grant in migrating.grants()),
    ):
        connection.exec_driver_sql(statement)
