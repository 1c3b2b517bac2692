"""Proving that the log, the orders and the guards of a database agree with each other."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask
from sqlalchemy import BigInteger, Connection, cast, func, select, text, update
from sqlalchemy.exc import OperationalError

from ordertrack.database import connecting
from ordertrack.database import session as database
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, enter_tenant
from ordertrack.rules.state_machine import ADDED, TRANSITIONS
from ordertrack.sla.measure import soundness
from ordertrack.sla.rollup import sampling
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.stream import TenantStream

_TENANT_TABLES = text("""
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND (attname = 'tenant_id' OR relname = 'tenants' AND attname = 'id')
       AND NOT attisdropped AND NOT (relrowsecurity AND relforcerowsecurity)
""")
# Whoever is let in by no policy sees an empty table, about which every claim is true.
_HIDDEN_TABLES = text("""
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND (attname = 'tenant_id' OR relname = 'tenants' AND attname = 'id')
       AND NOT attisdropped AND relrowsecurity AND NOT EXISTS (
        SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polpermissive AND polcmd = '*'
           AND polname = 'tenant_isolation' AND polroles = '{0}')
""")
_GUARDS = text("""
    SELECT count(*) FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND (tgrelid, tgname) IN (
        ('orders'::regclass, 'guard_order_status'), ('order_status_events'::regclass, 'guard_event'),
        ('tenant_streams'::regclass, 'guard_stream'), ('tenant_streams'::regclass, 'guard_gap'),
        ('order_actions'::regclass, 'guard_action'), ('order_status_events'::regclass, 'name_rule_set'),
        ('order_items'::regclass, 'guard_item'), ('order_items'::regclass, 'guard_item_is_logged'),
        ('order_status_events'::regclass, 'record_entry'), ('order_actions'::regclass, 'record_entry'))
""")
_HOLDS = text("""
    SELECT count(*) FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgname LIKE 'guard_suspended%'
""")
_STORY_KEY = text("""
    SELECT count(*) FROM pg_constraint WHERE conname = 'orders_status_is_last_event' AND convalidated
""")
# A restaurant's of today, and those that it had or is to have.
_ZONES = text("""
    SELECT slug, timezone FROM restaurants WHERE tenant_id = :tenant
    UNION SELECT slug, sla_rules.timezone FROM sla_rules JOIN restaurants
        ON restaurants.tenant_id = sla_rules.tenant_id AND restaurants.id = restaurant_id
     WHERE sla_rules.tenant_id = :tenant ORDER BY slug, timezone
""")

# Each query counts what contradicts its claim, within one tenant.
_CLAIMS = {
    "the log of {tenant} runs from 1 to its head without gap": """
        SELECT abs(stream.seq - count(entry.seq)) + abs(stream.seq - count(DISTINCT entry.seq))
               + abs(stream.seq - coalesce(max(entry.seq), 0)) + abs(coalesce(min(entry.seq), 1) - 1)
          FROM tenant_streams AS stream LEFT JOIN (
                SELECT tenant_id, seq FROM order_status_events
                 UNION ALL SELECT tenant_id, seq FROM order_actions) AS entry USING (tenant_id)
         WHERE stream.tenant_id = :tenant GROUP BY stream.seq""",
    "the log of {tenant} was recorded in its order": """
        SELECT count(*) FROM (
            SELECT recorded < lag(recorded) OVER (ORDER BY seq) AS backwards FROM (
                SELECT seq, coalesce(recorded_at, occurred_at) AS recorded
                  FROM order_status_events WHERE tenant_id = :tenant
                UNION ALL SELECT seq, coalesce(recorded_at, occurred_at)
                  FROM order_actions WHERE tenant_id = :tenant) AS entries
            ) AS pairs WHERE backwards""",
    "nothing in the log of {tenant} was recorded before it happened": """
        SELECT count(*) FROM (
            SELECT FROM order_status_events WHERE tenant_id = :tenant AND recorded_at < occurred_at
            UNION ALL SELECT FROM order_actions WHERE tenant_id = :tenant AND recorded_at < occurred_at
            ) AS foretold""",
    "no entry of {tenant} happened before its order had come to where it stood": """
        SELECT count(*) FROM (
            SELECT occurred_at < max(came_at) OVER (PARTITION BY order_id ORDER BY seq) AS backwards FROM (
                SELECT seq, order_id, occurred_at, occurred_at AS came_at
                  FROM order_status_events WHERE tenant_id = :tenant
                UNION ALL SELECT seq, order_id, occurred_at, NULL
                  FROM order_actions WHERE tenant_id = :tenant) AS entries
            ) AS pairs WHERE backwards""",
    "each event of {tenant} begins where its order's last one ended": """
        SELECT count(*) FROM (
            SELECT from_status, version,
                   lag(to_status) OVER story AS before, row_number() OVER story AS position
              FROM order_status_events WHERE tenant_id = :tenant
            WINDOW story AS (PARTITION BY order_id ORDER BY seq)) AS events
         WHERE from_status IS DISTINCT FROM before OR version <> position""",
    "each move in the log of {tenant} is one of the rule set that it was made under": """
        SELECT count(*) FROM order_status_events AS event
         WHERE tenant_id = :tenant AND from_status IS NOT NULL AND NOT EXISTS (
            SELECT FROM rule_set_transitions AS pair
             WHERE pair.rule_set = event.rule_set
               AND pair.from_status = event.from_status AND pair.to_status = event.to_status)""",
    "what {tenant} does for a reason only says its reason": """
        SELECT count(*) FROM order_status_events AS event JOIN rule_set_transitions AS pair
            USING (rule_set, from_status, to_status)
         WHERE tenant_id = :tenant AND asks_reason
           AND NOT says_reason(event.metadata)""",
    "{tenant} works by the rule set that was chosen last": """
        SELECT count(*) FROM tenant_streams AS stream
         WHERE tenant_id = :tenant AND rule_set <> coalesce((
            SELECT rule_set FROM saved_rule_sets AS saved WHERE saved.tenant_id = stream.tenant_id
             ORDER BY version DESC LIMIT 1), 'strict')""",
    "each order of {tenant} stands where its last event left it": """
        SELECT count(*) FROM orders WHERE tenant_id = :tenant AND (version, status, status_since) IS DISTINCT
          FROM (SELECT ROW (version, to_status, occurred_at) FROM order_status_events AS event
                 WHERE event.tenant_id = orders.tenant_id AND event.order_id = orders.id
                 ORDER BY seq DESC LIMIT 1)""",
    "each order of {tenant} was placed when its first event says": """
        SELECT count(*) FROM orders JOIN order_status_events AS event
            ON event.tenant_id = orders.tenant_id AND order_id = id AND event.version = 1
         WHERE orders.tenant_id = :tenant AND placed_at <> occurred_at""",
    "each event of {tenant} says how long its order had stood there": """
        SELECT count(*) FROM (
            SELECT in_status_for, occurred_at - lag(occurred_at) OVER story AS stood
              FROM order_status_events WHERE tenant_id = :tenant
            WINDOW story AS (PARTITION BY order_id ORDER BY seq)) AS events
         WHERE in_status_for IS DISTINCT FROM stood OR in_status_for < interval '0'""",
    "each entry of {tenant} is of its order's restaurant": """
        SELECT count(*) FROM orders JOIN (
                SELECT tenant_id, order_id, restaurant_id FROM order_status_events
                 UNION ALL SELECT tenant_id, order_id, restaurant_id FROM order_actions) AS entry
            ON entry.tenant_id = orders.tenant_id AND entry.order_id = id
         WHERE orders.tenant_id = :tenant AND entry.restaurant_id <> orders.restaurant_id""",
    "each strike of {tenant} is of a line of its order": """
        SELECT count(*) FROM order_actions AS action
         WHERE tenant_id = :tenant AND line IS NOT NULL AND NOT EXISTS (
            SELECT FROM order_items AS item
             WHERE item.tenant_id = action.tenant_id AND item.order_id = action.order_id
               AND item.position = action.line)""",
    "each action on an order of {tenant} found it as the log says": """
        SELECT count(*) FROM order_actions AS action
         WHERE tenant_id = :tenant AND status IS DISTINCT FROM (
            SELECT to_status FROM order_status_events AS event
             WHERE event.tenant_id = action.tenant_id AND event.order_id = action.order_id
               AND event.seq < action.seq
             ORDER BY seq DESC LIMIT 1)""",
    "each order of {tenant} is as its actions left it": """
        SELECT count(*) FROM orders
          LEFT JOIN (
            SELECT order_id, count(*) AS acts,
                (array_agg(act ORDER BY seq DESC) FILTER (WHERE act IN ('rush', 'unrush')))[1] AS rush,
                (array_agg(detail ORDER BY seq DESC) FILTER (WHERE act IN ('hold', 'release')))[1] AS hold,
                (array_agg(detail ORDER BY seq DESC) FILTER (WHERE act IN ('assign', 'unassign')))[1]
                    AS rider,
                sum(minutes) FILTER (WHERE seq > promised) AS delayed,
                max(occurred_at) FILTER (WHERE act = 'fire') AS fired
              FROM (
                SELECT *, coalesce(max(seq) FILTER (WHERE changes -> 'fields' ? 'promised_at')
                        OVER (PARTITION BY order_id), 0) AS promised
                  FROM order_actions WHERE tenant_id = :tenant) AS action
             GROUP BY order_id) AS done ON order_id = orders.id
         WHERE tenant_id = :tenant
           AND (orders.acts, is_rush, hold_reason, orders.rider, delayed_by, fired_at) IS DISTINCT FROM
               (coalesce(done.acts, 0), coalesce(done.rush = 'rush', false), done.hold, done.rider,
                coalesce(done.delayed, 0), done.fired)""",
    "each line of {tenant} was added and voided by the changes that say so": """
        WITH said AS (
            SELECT order_id, (changes ->> 'revision')::integer AS revision, kind, position::integer
              FROM order_actions,
                   (VALUES ('added'), ('voided')) AS kinds (kind),
                   jsonb_array_elements_text(changes -> kind) AS position
             WHERE tenant_id = :tenant AND act = 'change'
        ), stands AS (
            SELECT order_id, revision, kind, position FROM order_items,
                   LATERAL (VALUES ('added', added_in), ('voided', voided_in)) AS done (kind, revision)
             WHERE tenant_id = :tenant AND revision IS NOT NULL)
        SELECT (SELECT count(*) FROM (TABLE said EXCEPT ALL TABLE stands) AS unmade)
             + (SELECT count(*) FROM (TABLE stands EXCEPT ALL TABLE said) AS unsaid)""",
    "what was changed of an order of {tenant} is seen up to where somebody acknowledged it": """
        SELECT count(*) FROM orders LEFT JOIN (
            SELECT order_id, max((changes ->> 'revision')::integer) AS last, max(seq) FILTER (
                    WHERE act = 'acknowledge' AND status <> 'cancelled') AS seen,
                max(seq) FILTER (WHERE jsonb_array_length(changes -> 'added') > 0
                    OR jsonb_array_length(changes -> 'voided') > 0
                    OR changes -> 'fields' ?| array['note', 'promised_at', 'table']) AS told
              FROM order_actions WHERE tenant_id = :tenant GROUP BY order_id) AS done ON order_id = id
         WHERE tenant_id = :tenant AND (changed_in <> coalesce(done.last, 0)
            OR (changes_seen_in < changed_in) <> (coalesce(done.told, 0) > coalesce(done.seen, 0)))""",
    "each line of {tenant} is struck off if its last action says so": """
        SELECT count(*) FROM order_items AS item
         WHERE tenant_id = :tenant AND is_done IS DISTINCT FROM coalesce((
            SELECT act = 'strike' FROM order_actions AS action
             WHERE action.tenant_id = item.tenant_id AND action.order_id = item.order_id
               AND action.line = item.position
             ORDER BY seq DESC LIMIT 1), false)""",
}
# All of them at once: one look at one moment, and one way there and back.
_EVERY_CLAIM = text(f"SELECT {', '.join(f'({query})' for query in _CLAIMS.values())}")

_PAIRS = {
    (str(rule_set), str(before), str(after), (before, after) in ADDED)
    for rule_set, following in TRANSITIONS.items()
    for before, afters in following.items()
    for after in afters
}
_MOST_NAMED = 10


class StreamMissing(LookupError):
    """A tenant without an event stream, which every tenant has from its beginning."""


class Finding(NamedTuple):
    claim: str
    holds: bool


def check(settings: Settings, tenants: Collection[uuid.UUID] | None = None) -> Iterator[Finding]:
    """Every claim, and whether it holds, of all tenants or of these; reads only.

    Raises BlindOperator where it could not see whose rows there are.
    """
    with database.operator_connection(settings.operator_url) as connection, _reading(settings) as app:
        database.refuse_blind_operator(connection)
        yield from check_guards(connection)
        for tenant_id, slug in connection.execute(text("SELECT id, slug FROM tenants ORDER BY slug")).all():
            if tenants is not None and tenant_id not in tenants:
                continue
            connection.execute(
                text("SELECT set_config('ordertrack.tenant_id', :tenant, false)"), {"tenant": str(tenant_id)}
            )
            contradictions = connection.execute(_EVERY_CLAIM, {"tenant": tenant_id}).one()
            for claim, number in zip(_CLAIMS, contradictions, strict=True):
                yield Finding(claim.format(tenant=slug), number == 0)
            with _at_one_moment(connection):  # the roll-up goes on meanwhile
                contradicted = soundness.contradictions(connection, tenant_id)
            yield Finding(f"the roll-up of {slug} holds each time in its log once", contradicted == 0)
            zones = _check_zones(connection, tenant_id, slug)
            yield zones
            if zones.holds:  # without them nothing can be rebuilt
                yield _check_days(app, tenant_id, slug)
    yield check_role(settings)


@contextmanager
def _at_one_moment(connection: Connection) -> Iterator[None]:
    """What is read on this connection, which commits by itself, is of one moment."""
    connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        connection.exec_driver_sql("ROLLBACK")


@contextmanager
def _reading(settings: Settings) -> Iterator[Flask]:
    """An application as the schema's owner, whose connections end with it."""
    app = make_bare_app(settings, as_operator=True)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def check_guards(connection: Connection) -> Iterator[Finding]:
    """The claims that are of no tenant."""
    pairs = {tuple(row) for row in connection.execute(text("TABLE rule_set_transitions"))}
    yield Finding("the table of transitions is the state machine's map", pairs == _PAIRS)
    yield Finding("the triggers that guard every move are on", connection.execute(_GUARDS).scalar() == 10)
    yield Finding(
        "the triggers that hold a suspended company are on", connection.execute(_HOLDS).scalar() == 38
    )
    yield Finding(
        "the key that ties a status to its event is there", connection.execute(_STORY_KEY).scalar() == 1
    )
    bare = connection.execute(_TENANT_TABLES).scalars().all()
    yield Finding("row-level security is forced on every tenant's table", not bare)
    hidden = connection.execute(_HIDDEN_TABLES).scalars().all()
    yield Finding("every tenant's table has the policy that shows a tenant its rows", not hidden)


def _check_zones(connection: Connection, tenant_id: uuid.UUID, slug: str) -> Finding:
    claim = f"each restaurant of {slug} is in a time zone that there is"
    rows = connection.execute(_ZONES, {"tenant": tenant_id}).all()
    unknown = [f"{row.slug}: {row.timezone!r}" for row in rows if not is_zone(row.timezone)]
    return Finding(f"{claim} ({', '.join(unknown)})" if unknown else claim, not unknown)


def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_days(app: Flask, tenant_id: uuid.UUID, slug: str) -> Finding:
    with database.tenant_context(app, tenant_id):
        differ = sampling.differences(tenant_id)
    claim = f"a sample of the roll-up of {slug} is what a rebuild makes of its log"
    if not differ:
        return Finding(claim, True)
    more = f" and {len(differ) - _MOST_NAMED} more" if len(differ) > _MOST_NAMED else ""
    return Finding(f"{claim} (it is not: {', '.join(differ[:_MOST_NAMED])}{more})", False)


def check_role(settings: Settings) -> Finding:
    """Whether the application's role can sign in, and may do no more than it is to."""
    engine = connecting.short_lived(settings.app_url)
    try:
        with engine.connect() as connection:
            database.refuse_unsafe_role(connection)
    except database.UnsafeDatabaseRole as error:
        return Finding(f"the application's role is confined ({error})", False)
    except OperationalError as error:
        said = str(error.orig).strip().rpartition("\n")[2]
        return Finding(f"the application's role can sign in ({said})", False)
    return Finding("the application's role is confined", True)


def begin_new_epoch(tenant_slug: str | None, after: int = 0) -> int:
    """Give the streams of one tenant or of all a new epoch; how many. For the operator, after a restore.

    It is this second of the clock, or the next one after their own and after `after`. Raises BlindOperator
    where it could not see whose, and StreamMissing for a tenant that has none.
    """
    database.refuse_blind_operator(db.session.connection())
    second = cast(func.extract("epoch", func.clock_timestamp()), BigInteger)
    query = select(Tenant.id, Tenant.slug)
    if tenant_slug is not None:
        query = query.where(Tenant.slug == tenant_slug)
    begun, without = 0, []
    for tenant_id, slug in db.session.execute(query.order_by(Tenant.slug)).all():
        enter_tenant(tenant_id)
        epochs = db.session.scalars(
            update(TenantStream)
            .where(TenantStream.tenant_id == tenant_id)
            .values(epoch=func.greatest(TenantStream.epoch + 1, after + 1, second))
            .returning(TenantStream.epoch)
        ).all()
        db.session.commit()
        begun += len(epochs)
        without += [] if epochs else [slug]
    if without:
        raise StreamMissing(
            f"{begun} event stream(s) began a new epoch, but there is none of {', '.join(without)}: what was"
            " restored is not whole."
        )
    return begun
