"""Row-level security, found by walking the catalog, so that a table added later is covered by itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import errors, sql
from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import (
    db,
    enter_tenant,
    operator_connection,
    present_credential,
    tenant_context,
)
from ordertrack.operating.companies import deleting
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import SetFields
from ordertrack.orders.moving import actions
from ordertrack.outgoing import sealing
from ordertrack.rules.order_actions import OrderAction
from ordertrack.tenants import accounts, suspension
from ordertrack.tenants.credentials.digests import hash_key
from support.cast import House, Person
from support.following import nobody_else_follows

_TENANT_TABLES = """
    SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped)
     ORDER BY relname
"""
NOT_TENANT_OWNED = {
    "alembic_version",
    "company_invitations",
    "ended_access",
    "followers",
    "house_log",
    "rule_set_transitions",
    "sealing_fingerprints",
    "secret_fingerprint",
    "sign_in_tries",
    "status_transitions",
}


@pytest.fixture
def tables(operator: psycopg.Connection[Any]) -> list[str]:
    """Every table with a tenant_id."""
    return [name for name, *_ in operator.execute(_TENANT_TABLES)]


# A row for each table that nothing below has written to.
_ROWS = """
    INSERT INTO sla_rules
        SELECT tenant_id, id, 1, '2026-01-01', timezone, '04:00', '[]', 1, 0, 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO sla_targets SELECT tenant_id, id, 1, 'kitchen', NULL, '2026-01-01', 1200, 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO sla_progress VALUES (%(tenant)s, 0);
    INSERT INTO sla_stale SELECT tenant_id, id, '2026-01-01' FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO sla_shift_names VALUES (%(tenant)s, 1, 'Lunch') ON CONFLICT DO NOTHING;
    INSERT INTO sla_restaurant_days SELECT tenant_id, 'kitchen', '2026-01-01', id, '', ''
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO sla_tenant_days VALUES (%(tenant)s, 'kitchen', '2026-01-01', '', '', '');
    INSERT INTO sla_order_days SELECT tenant_id, '2026-01-01', id, '' FROM restaurants
      WHERE tenant_id = %(tenant)s;
    INSERT INTO sla_tenant_order_days VALUES (%(tenant)s, '2026-01-01', '');
    INSERT INTO sla_estimate_days SELECT tenant_id, id, '2026-01-01', '', 0, 0, 0, 0
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO saved_rule_sets VALUES (%(tenant)s, 1, 'strict', 'Maya', 'staff:x');
    INSERT INTO floor_settings SELECT tenant_id, id, 1, '{}', 1, false, '[]', 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO restaurant_paces SELECT tenant_id, id, 1, 'busy', 5, NULL, 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO restaurant_brands SELECT tenant_id, id, 1, '#17493a', NULL, NULL, '[]', 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO restaurant_hours SELECT tenant_id, id, 1, '[]', '[]', 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO logos VALUES (%(tenant)s, gen_random_uuid(), 'x');
    INSERT INTO menus VALUES (%(tenant)s, 1);
    INSERT INTO menu_categories VALUES (%(tenant)s, 'grill', '{"en": "Grill"}', 1);
    INSERT INTO menu_dishes VALUES (%(tenant)s, 'kebab', '{"en": "Kebab"}', 'grill', 1, NULL, 900, 600, '[]',
      true, 1);
    INSERT INTO menu_sold_out SELECT tenant_id, id, 'kebab', now(), 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO riders SELECT tenant_id, id, gen_random_uuid(), 'Jad', 'jad', NULL, true, true, 1, 'Maya',
      'staff:x' FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO tablets SELECT tenant_id, gen_random_uuid(), id, 'kitchen', 'Grill', 'Maya', 'staff:x'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO pin_attempts SELECT tenant_id, id, 1 FROM staff_members WHERE tenant_id = %(tenant)s;
    INSERT INTO audit_entries VALUES (%(tenant)s, gen_random_uuid(), now(), 'staff:x', 'Maya', 'person', 'x',
      'Nour', NULL, NULL, '{}');
    INSERT INTO password_links SELECT tenant_id, gen_random_uuid(), id, id, gen_random_uuid(), now(), now()
      FROM staff_members WHERE tenant_id = %(tenant)s;
    INSERT INTO tablet_codes SELECT tenant_id, gen_random_uuid(), id, 'kitchen', 'Grill', gen_random_uuid(),
      'Maya', 'staff:x', now() FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO first_steps VALUES (%(tenant)s);
    INSERT INTO screens SELECT tenant_id, gen_random_uuid(), id, 'kitchen', 'Maya'
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO channel_connections (tenant_id, id, channel, name, restaurants, sealed_secrets, digest)
      SELECT tenant_id, id, 'woocommerce', 'Shop', '{"x": ""}', %(sealed)s, id::text FROM restaurants
       WHERE tenant_id = %(tenant)s;
    INSERT INTO channel_payloads (tenant_id, id, connection_id, way, topic, headers, body, digest)
      SELECT tenant_id, gen_random_uuid(), id, 'called', 'x', '{}', 'x', 'x' FROM channel_connections
       WHERE tenant_id = %(tenant)s;
    INSERT INTO channel_orders (tenant_id, connection_id, external_id)
      SELECT tenant_id, id, '1' FROM channel_connections WHERE tenant_id = %(tenant)s;
    INSERT INTO log_imports (tenant_id, id, actor, made_by, name, language, state)
      VALUES (%(tenant)s, gen_random_uuid(), 'staff:x', 'Maya', 'log.csv', 'en', 'shown');
    INSERT INTO follower_positions VALUES (%(tenant)s, 'test', 0);
    INSERT INTO job_numbers VALUES (%(tenant)s, 1);
    INSERT INTO jobs VALUES (%(tenant)s, 1, 'test', 'lane', 'there', '{}', 'done', now(), now(), 1, NULL,
      NULL, now());
    INSERT INTO webhook_endpoints VALUES (%(tenant)s, '00000000-0000-0000-0000-000000000001',
      'https://shop.example', NULL, NULL, 0, now(), now(), 'manager');
    INSERT INTO webhook_secrets VALUES (%(tenant)s, gen_random_uuid(),
      '00000000-0000-0000-0000-000000000001', %(sealed)s, now(), now());
    INSERT INTO webhook_deliveries VALUES (%(tenant)s, gen_random_uuid(),
      '00000000-0000-0000-0000-000000000001', 1, gen_random_uuid(), 'ready', now(), 1, 1, 200);
    INSERT INTO closed_screens SELECT tenant_id, id, 'kitchen', 'staff:x', now()
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO guest_messages (tenant_id, order_id, kind, id, restaurant_id, state, since)
      SELECT tenant_id, id, 'ready', id, restaurant_id, 'sent', now() FROM orders
       WHERE tenant_id = %(tenant)s;
    INSERT INTO guest_wishes SELECT tenant_id, id, 'push' FROM orders WHERE tenant_id = %(tenant)s;
    INSERT INTO guest_pages SELECT tenant_id, id, 1 FROM orders WHERE tenant_id = %(tenant)s;
    INSERT INTO message_stops VALUES (%(tenant)s, '+9613555127', 'sms');
    INSERT INTO message_choices SELECT tenant_id, id, '{}', '{}', NULL, 1
      FROM restaurants WHERE tenant_id = %(tenant)s;
    INSERT INTO message_providers VALUES (%(tenant)s, 'sms', '{}', NULL, gen_random_uuid(), 1);
    INSERT INTO push_keys VALUES (%(tenant)s, 'x', %(sealed)s) ON CONFLICT DO NOTHING;
    INSERT INTO guest_browsers SELECT tenant_id, id, 'x', %(sealed)s, 'en', 'x' FROM orders
     WHERE tenant_id = %(tenant)s;
    INSERT INTO manager_browsers SELECT tenant_id, id::text, staff_id, id, %(sealed)s, 'x'
       FROM staff_sessions
     WHERE tenant_id = %(tenant)s;
    INSERT INTO alert_choices SELECT tenant_id, id, '{unseen}', false, 'x' FROM staff_members
     WHERE tenant_id = %(tenant)s;
    INSERT INTO manager_alerts VALUES (%(tenant)s, gen_random_uuid(), 'shift', 'x', NULL, now());
    INSERT INTO guest_retention VALUES (%(tenant)s, 90);
    INSERT INTO tenant_quotas VALUES (%(tenant)s, 10);
"""


@pytest.fixture
def two_houses(
    app: Flask,
    cedar: House,
    rival: House,
    place: Callable[..., uuid.UUID],
    sign_in: Callable[[Person], FlaskClient],
    settings: Settings,
) -> Iterator[tuple[House, House]]:
    """Both with rows in every table, whose roll-up nobody touches meanwhile."""
    with operator_connection(settings.operator_url) as connection:
        for house in (cedar, rival):
            lock = text("SELECT pg_advisory_lock(hashtextextended('roll-up:' || :tenant, 0))")
            connection.execute(lock, {"tenant": str(house.tenant_id)})
            order_id = place(house)
            with tenant_context(app, house.tenant_id):
                actions.act(order_id, OrderAction.RUSH, by=house.maya.principal)
                noted = [SetFields({"note": "ring twice"})]
                changes.change(order_id, noted, by=house.maya.principal, expected_revision=2)
                sealed = sealing.seal(b"of nobody")
            sign_in(house.nour)
            for statement in _ROWS.split(";\n")[:-1]:
                connection.exec_driver_sql(statement, {"tenant": house.tenant_id, "sealed": sealed})
        yield cedar, rival
        # No log taught them that, as the suite's last test would find.
        for house in (cedar, rival):
            connection.exec_driver_sql(
                "DELETE FROM sla_estimate_days WHERE tenant_id = %(tenant)s", {"tenant": house.tenant_id}
            )


def enter(connection: psycopg.Connection[Any], house: House) -> None:
    connection.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(house.tenant_id)])


def select(table: str, what: str = "count(*)") -> sql.Composed:
    return sql.SQL(f"SELECT {what} FROM {{}}").format(sql.Identifier(table))


def test_every_table_is_tenant_owned_or_known_not_to_be(
    operator: psycopg.Connection[Any], tables: list[str]
) -> None:
    every = {
        name for (name,) in operator.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    assert every - set(tables) - NOT_TENANT_OWNED == {"tenants"}
    assert len(tables) >= 8


def test_row_level_security_is_on_forced_and_has_a_policy_for_all_commands(
    operator: psycopg.Connection[Any], tables: list[str]
) -> None:
    for name, is_on, is_forced in operator.execute(_TENANT_TABLES).fetchall():
        assert is_on and is_forced, name
    for name in (*tables, "tenants"):
        policies = operator.execute(
            "SELECT cmd, qual, with_check FROM pg_policies WHERE tablename = %s AND roles = '{public}'",
            [name],
        ).fetchall()
        column = "id" if name == "tenants" else "tenant_id"
        rule = f"({column} = current_tenant())"
        assert ("ALL", rule, rule) in policies, name
        others = [(cmd, qual) for cmd, qual, _ in policies if qual != rule]
        # A process writes for all the tenants it watches at once, and for no others.
        if name in ("screens", "closed_screens"):
            ((cmd, qual),) = others
            assert cmd == "ALL" and "tenant_id IN ( SELECT" in qual and "'ordertrack.watched_tenants'" in qual
        else:
            assert all(cmd == "SELECT" for cmd, _ in others), f"{name} lets more in"


def test_every_primary_key_begins_with_the_tenant(
    operator: psycopg.Connection[Any], tables: list[str]
) -> None:
    for name in tables:
        first = operator.execute(
            """SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                WHERE indrelid = %s::regclass AND indisprimary""",
            [name],
        ).fetchone()
        assert first == ("tenant_id",), name


def test_views_and_functions_do_not_open_a_way_around(operator: psycopg.Connection[Any]) -> None:
    loose = operator.execute(
        """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
           UNION ALL
           SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"""
    ).fetchall()
    # Three are triggers, which nobody can call: one writes a column of the order whose first event was just
    # written, one names whose access ended, one ends links by which a password is set. Two set a password in
    # the tenant that was entered: for whoever knows the hash of before, and for who holds a link. One tells
    # whether there is any tenant, one takes from orders of the tenant that was entered what is said of whom.
    assert sorted(loose) == [
        ("change_password",),
        ("channels_to_tend",),
        ("end_password_links",),
        ("followed_heads",),
        ("house_is_empty",),
        ("jobs_due",),
        ("mask_orders",),
        ("name_idempotency_sender",),
        ("next_due",),
        ("note_ended_access",),
        ("tenants_behind",),
        ("tenants_of_channels",),
        ("tenants_that_alert",),
        ("tenants_that_chose",),
        ("tenants_to_alert",),
        ("use_password_link",),
    ]


def test_the_clocks_function_tells_tenants_and_moments_and_keeps_no_door_open(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any]
) -> None:
    confined.execute("SELECT * FROM next_due()")
    assert confined.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    result = confined.execute("SELECT pg_get_function_result('next_due()'::regprocedure)").fetchone()
    assert result == ("TABLE(tenant_id uuid, at timestamp with time zone)",)


def test_the_functions_of_who_follows_tell_tenants_places_and_moments_and_keep_no_door_open(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any]
) -> None:
    told = {tenant for (tenant, *_) in confined.execute("SELECT * FROM followed_heads()")}
    assert told >= {house.tenant_id for house in two_houses}
    confined.execute("SELECT * FROM jobs_due()")
    assert confined.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert confined.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
    for name, columns in (
        ("followed_heads", "tenant_id uuid, seq bigint, positions jsonb"),
        ("jobs_due", "tenant_id uuid, at timestamp with time zone, are_under_way boolean"),
    ):
        result = confined.execute(f"SELECT pg_get_function_result('{name}()'::regprocedure)").fetchone()
        assert result == (f"TABLE({columns})",)


def test_the_function_of_the_roll_up_tells_the_ids_of_all_tenants_and_keeps_no_door_open(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any]
) -> None:
    told = {tenant for (tenant,) in confined.execute("SELECT tenants_behind()")}
    assert told >= {house.tenant_id for house in two_houses}
    assert confined.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    result = confined.execute("SELECT pg_get_function_result('tenants_behind()'::regprocedure)").fetchone()
    assert result == ("SETOF uuid",)


def test_the_function_of_channels_tells_ids_and_keeps_no_door_open(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any]
) -> None:
    for asked in ("tenants_of_channels()", "channels_to_tend(now(), now())"):
        told = {tenant for (tenant,) in confined.execute(f"SELECT {asked}")}
        assert told >= {house.tenant_id for house in two_houses}
    assert confined.execute("SELECT count(*) FROM channel_connections").fetchone() == (0,)


def test_the_function_of_alerts_tells_ids_and_keeps_no_door_open(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any]
) -> None:
    ours = {house.tenant_id for house in two_houses}
    stands = "tenants_to_alert('{}', '{}', 'infinity')"
    for asked in ("tenants_that_alert()", "tenants_that_chose('{unseen}')", stands):
        assert ours <= {tenant for (tenant,) in confined.execute(f"SELECT {asked}")}, asked
    told = {tenant for (tenant,) in confined.execute("SELECT tenants_that_chose('{shift}')")}
    assert not told & ours
    assert confined.execute("SELECT count(*) FROM alert_choices").fetchone() == (0,)


def test_without_a_tenant_there_are_no_rows(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any], tables: list[str]
) -> None:
    for name in (*tables, "tenants"):
        assert confined.execute(select(name)).fetchone() == (0,), name


def test_inside_a_tenant_every_table_shows_its_own_rows_only(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any], tables: list[str]
) -> None:
    for house in two_houses:
        enter(confined, house)
        for name in tables:
            owners = confined.execute(select(name, "DISTINCT tenant_id")).fetchall()
            assert owners == [(house.tenant_id,)], name
        assert confined.execute("SELECT id FROM tenants").fetchall() == [(house.tenant_id,)]


def test_no_table_takes_a_row_for_another_tenant(
    two_houses: tuple[House, House], operator: psycopg.Connection[Any], tables: list[str], settings: Settings
) -> None:
    """Rival's own rows, copied by somebody inside Cedar who may otherwise write."""
    cedar, rival = two_houses
    for name in tables:
        operator.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(sql.Identifier(name), role_of(settings)))
        operator.execute(
            sql.SQL("CREATE TEMP TABLE {} AS SELECT * FROM {} WHERE tenant_id = {}").format(
                sql.Identifier(f"stolen_{name}"), sql.Identifier(name), sql.Literal(str(rival.tenant_id))
            )
        )
        operator.execute(
            sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(f"stolen_{name}"), role_of(settings))
        )
    operator.execute(sql.SQL("SET LOCAL ROLE {}").format(role_of(settings)))
    enter(operator, cedar)
    for name in tables:
        columns = sql.SQL(", ").join(map(sql.Identifier, written_of(operator, name)))
        insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
            sql.Identifier(name), columns, columns, sql.Identifier(f"stolen_{name}")
        )
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"), operator.transaction():
            operator.execute(insert)


def test_nothing_of_another_tenant_can_be_changed_or_removed(
    two_houses: tuple[House, House], operator: psycopg.Connection[Any], tables: list[str], settings: Settings
) -> None:
    """Even a role that was granted too much: the rows are not there for it."""
    cedar, rival = two_houses
    for name in tables:
        grant = sql.SQL("GRANT UPDATE, DELETE ON {} TO {}")
        operator.execute(grant.format(sql.Identifier(name), role_of(settings)))
    operator.execute(sql.SQL("SET LOCAL ROLE {}").format(role_of(settings)))
    enter(operator, cedar)
    for name in tables:
        table, owner = sql.Identifier(name), sql.Literal(str(rival.tenant_id))
        for verb in ("UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"):
            statement = sql.SQL(verb + " WHERE tenant_id = {}").format(table, owner)
            assert operator.execute(statement).rowcount == 0, name


def written_of(operator: psycopg.Connection[Any], table: str) -> list[str]:
    """The columns of a table that somebody writes: what is generated from others nobody does."""
    found = operator.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return [name for (name,) in found.fetchall()]


def role_of(settings: Settings) -> sql.Identifier:
    return sql.Identifier(settings.app_role)


def test_the_owner_of_the_schema_is_confined_too_unless_a_superuser(
    two_houses: tuple[House, House], operator: psycopg.Connection[Any], tables: list[str]
) -> None:
    role = sql.Identifier(f"owner_{uuid.uuid4().hex[:8]}")
    operator.execute(sql.SQL("CREATE ROLE {}").format(role))
    for name in tables:
        operator.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(name), role))
    operator.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
    for name in tables:
        assert operator.execute(select(name)).fetchone() == (0,), name


def test_the_tenant_ends_with_its_transaction(app: Flask, two_houses: tuple[House, House]) -> None:
    """The next request gets the same pooled connection, and must find nothing of this one on it."""
    cedar, _ = two_houses
    with app.app_context():
        db.engine.dispose()  # the pool is empty, so that there is one connection to be given again
    setting = text("SELECT pg_backend_pid(), current_setting('ordertrack.tenant_id', true)")
    rows = text("SELECT count(*) FROM orders")
    for end in ("commit", "rollback"):
        with tenant_context(app, cedar.tenant_id):
            first = db.session.execute(setting).one()
            assert first[1] == str(cedar.tenant_id)
            assert db.session.execute(rows).scalar() == 1
            getattr(db.session, end)()
            assert db.session.execute(rows).scalar() == 1, "the next transaction enters the tenant again"
        with app.app_context():
            second = db.session.execute(setting).one()
            assert second[0] == first[0], "this test means to see the same connection again"
            assert not second[1]
            assert db.session.execute(rows).scalar() == 0


def test_entering_another_tenant_leaves_the_first(app: Flask, two_houses: tuple[House, House]) -> None:
    cedar, rival = two_houses
    owners = text("SELECT DISTINCT tenant_id FROM orders")
    with tenant_context(app, cedar.tenant_id):
        assert db.session.scalars(owners).all() == [cedar.tenant_id]
        enter_tenant(rival.tenant_id)
        assert db.session.scalars(owners).all() == [rival.tenant_id]
        db.session.rollback()
        assert db.session.scalars(owners).all() == [rival.tenant_id]


@pytest.mark.parametrize("setting", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_setting_that_is_no_tenant_shows_nothing(
    two_houses: tuple[House, House], confined: psycopg.Connection[Any], setting: str
) -> None:
    confined.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [setting])
    try:
        assert confined.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    except errors.InvalidTextRepresentation:
        assert setting == "nonsense"


CREDENTIALS = ["sign_in_email", "api_key_hash", "tracking_token", "tenant_slug", "password_link"]


def credentials(app: Flask, house: House) -> dict[str, tuple[str, str]]:
    """Each credential of a house, and the table whose row holds it."""
    with tenant_context(app, house.tenant_id):
        token = db.session.execute(text("SELECT token FROM tracking_links")).scalar_one()
        digest = db.session.execute(text("SELECT digest FROM password_links LIMIT 1")).scalar_one()
    return {
        "sign_in_email": (house.nour.email, "staff_members"),
        "api_key_hash": (hash_key(house.key), "api_keys"),
        "tracking_token": (token, "tracking_links"),
        "tenant_slug": (house.slug, "tenants"),
        "password_link": (digest, "password_links"),
    }


@pytest.mark.parametrize("name", CREDENTIALS)
def test_a_credential_shows_the_one_row_that_holds_it_and_no_other(
    app: Flask, two_houses: tuple[House, House], tables: list[str], name: str
) -> None:
    cedar, _ = two_houses
    value, its_table = credentials(app, cedar)[name]
    with app.app_context():
        present_credential(name, value)
        for table in (*tables, "tenants"):
            shown = db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            assert shown == (1 if table == its_table else 0), table
        db.session.commit()
        assert db.session.execute(text(f"SELECT count(*) FROM {its_table}")).scalar() == 0


@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize("value", ["", "%", "nobody"])
def test_an_empty_or_wrong_credential_shows_nothing(
    app: Flask, two_houses: tuple[House, House], tables: list[str], name: str, value: str
) -> None:
    with app.app_context():
        present_credential(name, value)
        for table in (*tables, "tenants"):
            assert db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table


def test_a_credential_opens_nothing_for_writing(
    app: Flask, two_houses: tuple[House, House], confined: psycopg.Connection[Any]
) -> None:
    cedar, _ = two_houses
    confined.execute("SELECT set_config('ordertrack.sign_in_email', %s, true)", [cedar.nour.email])
    with pytest.raises(errors.InsufficientPrivilege):
        confined.execute("UPDATE staff_members SET password_hash = 'x'")


# Of these tables a company that is suspended goes on writing: what the house keeps for itself, what guests
# do, and what it takes to look. The operator's quotas nobody else writes.
_GOES_ON = {
    *("screens", "closed_screens", "staff_sessions", "pin_attempts", "jobs", "job_numbers"),
    *("follower_positions", "webhook_deliveries", "push_keys", "manager_alerts", "tenant_quotas"),
    *("guest_messages", "guest_wishes", "guest_pages", "guest_browsers", "message_stops"),
    *("sla_progress", "sla_stale", "sla_shift_names", "sla_restaurant_days", "sla_tenant_days"),
    *("sla_order_days", "sla_tenant_order_days", "sla_estimate_days"),
}
# The log, which its stream holds up: tests/operating/test_suspension.py moves, strikes and changes orders.
_BY_THE_STREAM = {"orders", "order_items", "order_status_events", "order_actions", "tenant_streams"}


def test_a_company_that_is_suspended_writes_to_no_table_but_those_that_are_named_here(
    two_houses: tuple[House, House], operator: psycopg.Connection[Any], tables: list[str], settings: Settings
) -> None:
    cedar, rival = two_houses
    suspended = "UPDATE tenant_streams SET suspended_at = now() WHERE tenant_id = %s"
    operator.execute(suspended, [cedar.tenant_id])
    for name in tables:
        operator.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(sql.Identifier(name), role_of(settings)))
    operator.execute(sql.SQL("SET LOCAL ROLE {}").format(role_of(settings)))

    def is_refused(name: str) -> bool:
        columns = sql.SQL(", ").join(map(sql.Identifier, written_of(operator, name)))
        insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE false")
        if name == "guest_retention":  # the house writes there up to where it came, and no days
            insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING")
        try:
            with operator.transaction():
                operator.execute(insert.format(sql.Identifier(name), columns, columns, sql.Identifier(name)))
        except psycopg.DatabaseError as error:
            return error.sqlstate == "OT403"
        return False

    enter(operator, cedar)
    refused = {name for name in tables if is_refused(name)}
    assert set(tables) - refused == _GOES_ON | _BY_THE_STREAM
    enter(operator, rival)
    assert not {name for name in tables if is_refused(name)}, "another company is none of it"


def test_a_company_that_is_deleted_leaves_no_row_in_any_table_and_others_lose_none(
    operator_app: Flask,
    two_houses: tuple[House, House],
    operator: psycopg.Connection[Any],
    tables: list[str],
    settings: Settings,
) -> None:
    cedar, rival = two_houses

    def rows() -> dict[str, dict[uuid.UUID, int]]:
        counted = "tenant_id, count(*)"
        return {
            name: dict(operator.execute(select(name, counted) + sql.SQL(" GROUP BY 1")).fetchall())
            for name in tables
        }

    with nobody_else_follows(settings):  # a server of another test would add to both
        before = rows()
        assert all(cedar.tenant_id in before[name] for name in tables), "it has rows in every table"
        operator.commit()
        with operator_app.app_context():
            removed = deleting.delete(accounts.find_tenant(cedar.slug))
            db.session.remove()
        after = rows()
    for name in tables:
        assert cedar.tenant_id not in after[name], name
        assert after[name].get(rival.tenant_id) == before[name][rival.tenant_id], name
    assert removed.keys() == set(tables)
    found = operator.execute(
        "SELECT what, slug FROM house_log WHERE company = %s ORDER BY at", [cedar.tenant_id]
    )
    assert found.fetchall() == [("suspended", cedar.slug), ("deleted", cedar.slug)]
    assert operator.execute("SELECT FROM tenants WHERE id = %s", [cedar.tenant_id]).fetchone() is None


def test_the_log_of_the_house_is_shown_to_no_company(
    operator_app: Flask, cedar: House, confined: psycopg.Connection[Any]
) -> None:
    with operator_app.app_context():
        suspension.suspend(accounts.find_tenant(cedar.slug))
        db.session.remove()
    enter(confined, cedar)
    assert confined.execute("SELECT count(*) FROM house_log").fetchone() == (0,)
