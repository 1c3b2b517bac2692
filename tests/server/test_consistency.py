"""`db check` holds on a healthy database, and fails on each thing that it claims to look for."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders import event_log, transitions
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.server import consistency
from ordertrack.sla.rollup import extend
from support import cast
from support.cast import House
from support.database import connect
from support.quiet_database import bare_app, quiet_database
from support.rollup_rows import Told, put

Broken = Callable[[], set[str]]
Operator = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A database of its own, in which nobody meets what a test breaks."""
    with quiet_database(settings, tmp_path_factory.mktemp("quiet")) as made:
        yield made


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    with bare_app(settings) as made:
        yield made


@pytest.fixture(scope="module")
def operator_app(settings: Settings) -> Iterator[Flask]:
    with bare_app(settings, as_operator=True) as made:
        yield made


@pytest.fixture(scope="module")
def make_house(operator_app: Flask) -> Callable[..., House]:
    return partial(cast.make_house, operator_app)


@pytest.fixture
def operator(settings: Settings) -> Iterator[Operator]:
    with connect(settings.operator_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def broken(settings: Settings) -> Broken:
    """The claims that do not hold now."""
    return lambda: {finding.claim for finding in consistency.check(settings) if not finding.holds}


@pytest.fixture
def order_id(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> uuid.UUID:
    """The second of three orders, ready by now: a log of six events."""
    place(cedar)
    order = place(cedar)
    place(cedar)
    for step in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(order, step, by=cedar.program)
    return order


@contextmanager
def replaced(operator: Operator, house: House, *statements: str, **values: Any) -> Iterator[None]:
    """A contradiction planted past every guard, and afterwards the tenant's rows as they were."""
    kept = ("orders", "tenant_streams", "order_status_events", "order_actions")
    names = {"tenant": house.tenant_id, **values}
    operator.execute("SET session_replication_role = replica")
    for table in kept:
        operator.execute(
            f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE tenant_id = '{house.tenant_id}'"
        )
    try:
        for statement in statements:
            assert operator.execute(statement, names).rowcount > 0, statement
        yield
    finally:
        with operator.transaction():
            for table in kept:
                operator.execute(f"DELETE FROM {table} WHERE tenant_id = '{house.tenant_id}'")
                operator.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
                operator.execute(f"DROP TABLE kept_{table}")
        operator.execute("SET session_replication_role = origin")


GAP = "the log of {} runs from 1 to its head without gap"
TIMES = "times in the log of {} never run against its order"
STORY = "each event of {} begins where its order's last one ended"
PAIRS = "each move in the log of {} is one of the state machine's"
STATUS = "each order of {} stands where its last event left it"
PLACED = "each order of {} was placed when its first event says"
STOOD = "each event of {} says how long its order had stood there"
PLACE = "each entry of {} is of its order's restaurant"
STRIKE = "each strike of {} is of a line of its order"
FOUND = "each action on an order of {} found it as the log says"
_ONE_MORE = (
    "UPDATE tenant_streams SET seq = 7 WHERE tenant_id = %(tenant)s",
    "UPDATE orders SET acts = 1 WHERE tenant_id = %(tenant)s AND id = %(order)s",
)


def action(act: str, seq: int = 7, **said: str) -> str:
    """Write an action on the order, which it agrees with as far as nothing else is said (in SQL)."""
    told = {"restaurant": "restaurant_id", "status": "status", "line": "NULL"} | said
    return f"""
        INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, changed_by,
            actor, occurred_at)
        SELECT tenant_id, {seq}, id, {told["restaurant"]}, '{act}', {told["status"]}, {told["line"]}, 'x',
            'x', status_since
          FROM orders WHERE tenant_id = %(tenant)s AND id = %(order)s"""


CONTRADICTIONS = {
    "a gap": (
        {GAP, STORY, STOOD},
        "DELETE FROM order_status_events WHERE tenant_id = %(tenant)s AND seq = 4",
    ),
    "the end is missing": (
        {GAP, STATUS},
        "DELETE FROM order_status_events WHERE tenant_id = %(tenant)s AND seq = 6",
    ),
    "the beginning is missing": (
        {GAP, STATUS},
        "DELETE FROM order_status_events WHERE tenant_id = %(tenant)s AND seq = 1",
    ),
    "an event before the first": (
        {GAP},
        "UPDATE order_status_events SET seq = 0 WHERE tenant_id = %(tenant)s AND seq = 1",
    ),
    "a head behind its log": (
        {GAP},
        "UPDATE tenant_streams SET seq = 5 WHERE tenant_id = %(tenant)s",
    ),
    "no head": (
        {GAP},
        "DELETE FROM tenant_streams WHERE tenant_id = %(tenant)s",
    ),
    "a status that its events do not tell of": (
        {STATUS},
        "UPDATE orders SET status = 'completed' WHERE tenant_id = %(tenant)s AND id = %(order)s",
    ),
    "a version that its events do not tell of": (
        {STATUS},
        "UPDATE orders SET version = 9 WHERE tenant_id = %(tenant)s AND id = %(order)s",
    ),
    "a time that its events do not tell of": (
        {STATUS},
        "UPDATE orders SET status_since = now() WHERE tenant_id = %(tenant)s AND id = %(order)s",
    ),
    "an illegal pair": (
        {PAIRS, STORY, STATUS},
        """UPDATE order_status_events SET from_status = 'cancelled'
            WHERE tenant_id = %(tenant)s AND seq = 6""",
        """UPDATE order_status_events SET to_status = 'pending' WHERE tenant_id = %(tenant)s AND seq = 6""",
    ),
    "a move from where the order did not stand": (
        {STORY},
        """UPDATE order_status_events SET from_status = 'pending', to_status = 'cancelled', version = 4
            WHERE tenant_id = %(tenant)s AND seq = 6""",
        "UPDATE orders SET status = 'cancelled' WHERE tenant_id = %(tenant)s AND id = %(order)s",
    ),
    "a time that runs back": (
        {TIMES, STOOD},
        """UPDATE order_status_events SET occurred_at = occurred_at - interval '1 hour'
            WHERE tenant_id = %(tenant)s AND seq = 5""",
    ),
    "a number that was taken alone": (
        {GAP},
        "UPDATE tenant_streams SET seq = seq + 1 WHERE tenant_id = %(tenant)s",
    ),
    "two entries at one number": (
        {GAP, FOUND},
        action("acknowledge", seq=6),
        _ONE_MORE[1],
    ),
    "a time in a status that its events do not tell of": (
        {STOOD},
        """UPDATE order_status_events SET in_status_for = '1 s' WHERE tenant_id = %(tenant)s AND seq = 5""",
    ),
    "a first event of another time than its order": (
        {PLACED},
        """UPDATE orders SET placed_at = placed_at - interval '1 hour'
            WHERE tenant_id = %(tenant)s AND id = %(order)s""",
    ),
    "an event of another restaurant": (
        {PLACE},
        """UPDATE order_status_events SET restaurant_id = gen_random_uuid()
            WHERE tenant_id = %(tenant)s AND seq = 5""",
    ),
    "an action of another restaurant": (
        {PLACE},
        action("acknowledge", restaurant="gen_random_uuid()"),
        *_ONE_MORE,
    ),
    "an action on an order that stood elsewhere": (
        {FOUND},
        action("acknowledge", status="'pending'"),
        *_ONE_MORE,
    ),
    "a strike of no line": ({STRIKE}, action("strike", line="9"), *_ONE_MORE),
}


def test_a_healthy_database_holds_every_claim(
    settings: Settings, cedar: House, order_id: uuid.UUID, broken: Broken
) -> None:
    claims = [finding.claim for finding in consistency.check(settings)]
    assert broken() == set()
    assert len(claims) == len(set(claims))
    for claim in (GAP, TIMES, STORY, PAIRS, STATUS):
        assert claim.format(cedar.slug) in claims


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_found_and_only_where_it_is(
    operator: Operator, cedar: House, order_id: uuid.UUID, broken: Broken, name: str
) -> None:
    expected, *statements = CONTRADICTIONS[name]
    with replaced(operator, cedar, *statements, order=order_id):
        assert broken() == {claim.format(cedar.slug) for claim in expected}
    assert broken() == set()


SAMPLE = "a sample of the roll-up of {} is what a rebuild makes of its log"
# Each leaves as many times in the roll-up as there were.
DIFFERENCES = {
    "a time that moved to another bin": (
        "UPDATE sla_restaurant_days SET cells = set_byte(cells, 0, (get_byte(cells, 0) + 1) & 255)"
        " WHERE tenant_id = %(tenant)s AND stage = 'queue'",
        "hamra 2026-10-05 queue, all restaurants 2026-10-05 queue",
    ),
    "the same in the sum of all restaurants": (
        "UPDATE sla_tenant_days SET by_hour = set_byte(by_hour, 0, (get_byte(by_hour, 0) + 1) & 255)"
        " WHERE tenant_id = %(tenant)s AND stage = 'cook'",
        "all restaurants 2026-10-05 cook",
    ),
    "a slow order that is not named": (
        "UPDATE sla_restaurant_days SET slowest = '' WHERE tenant_id = %(tenant)s AND stage = 'accept'",
        "hamra 2026-10-05 accept, all restaurants 2026-10-05 accept",
    ),
    "a day that moved to the next": (
        "UPDATE sla_restaurant_days SET business_date = business_date + 1"
        " WHERE tenant_id = %(tenant)s AND stage = 'kitchen'",
        "hamra 2026-10-05 kitchen, hamra 2026-10-06 kitchen, all restaurants 2026-10-05 kitchen",
    ),
    "what was learned": (
        "UPDATE sla_estimate_days SET silent = silent + 1 WHERE tenant_id = %(tenant)s",
        "hamra 2026-10-05 estimates",
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_day_of_the_roll_up_that_a_rebuild_would_make_otherwise_is_found_and_named(
    app: Flask, operator: Operator, cedar: House, broken: Broken, name: str
) -> None:
    statement, where = DIFFERENCES[name]
    log = [told for number in range(3) for told in pickup(number)]
    put(operator, cedar, sorted(log, key=lambda told: told.at), 0)
    with tenant_context(app, cedar.tenant_id):
        extend.keep_up(cedar.tenant_id)
    assert broken() == set()
    assert operator.execute(statement, {"tenant": cedar.tenant_id}).rowcount == 1
    (claim,) = broken()
    said, _, differ = claim.partition(" (it is not: ")
    assert said == SAMPLE.format(cedar.slug)
    assert where in differ
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    assert broken() == set()


def pickup(number: int) -> list[Told]:
    """An order of Hamra's that took a quarter of an hour from one status to the next."""
    way = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    noon = dt.datetime(2026, 10, 5, 9, number, tzinfo=dt.UTC)
    return [
        Told(number, "hamra", Fulfilment.PICKUP, status, noon + place * dt.timedelta(minutes=15), "staff:1")
        for place, status in enumerate(way)
    ]


GUARDS = {
    "the triggers that guard every move are on": (
        "ALTER TABLE orders DISABLE TRIGGER guard_order_status",
        "ALTER TABLE orders ENABLE TRIGGER guard_order_status",
    ),
    "the key that ties a status to its event is there": (
        "ALTER TABLE orders RENAME CONSTRAINT orders_status_is_last_event TO elsewhere",
        "ALTER TABLE orders RENAME CONSTRAINT elsewhere TO orders_status_is_last_event",
    ),
    "row-level security is forced on every tenant's table": (
        "ALTER TABLE order_items NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE order_items FORCE ROW LEVEL SECURITY",
    ),
    "the table of transitions is the state machine's map": (
        "INSERT INTO status_transitions VALUES ('cancelled', 'preparing')",
        "DELETE FROM status_transitions WHERE from_status = 'cancelled'",
    ),
}
FURTHER = {
    "tenants without row-level security": (
        "row-level security is forced on every tenant's table",
        "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE tenants ENABLE ROW LEVEL SECURITY",
    ),
    "a new table that was forgotten": (
        "row-level security is forced on every tenant's table",
        "CREATE TABLE forgotten (tenant_id uuid)",
        "DROP TABLE forgotten",
    ),
    "a trigger that fires for replicas only": (
        "the triggers that guard every move are on",
        "ALTER TABLE orders ENABLE REPLICA TRIGGER guard_order_status",
        "ALTER TABLE orders ENABLE TRIGGER guard_order_status",
    ),
}


@pytest.mark.parametrize(
    ("claim", "break_it", "mend_it"),
    [*((claim, *statements) for claim, statements in GUARDS.items()), *FURTHER.values()],
    ids=[*GUARDS, *FURTHER],
)
def test_a_guard_that_is_off_is_found(
    operator: Operator, broken: Broken, claim: str, break_it: str, mend_it: str
) -> None:
    operator.execute(break_it)
    try:
        assert broken() == {claim}
    finally:
        operator.execute(mend_it)
    assert broken() == set()


def test_a_role_that_may_do_too_much_is_found(settings: Settings, operator: Operator, broken: Broken) -> None:
    operator.execute(f'GRANT UPDATE (metadata) ON order_status_events TO "{settings.app_role}"')
    try:
        (claim,) = broken()
    finally:
        operator.execute(f'REVOKE UPDATE ON order_status_events FROM "{settings.app_role}"')
    assert "may rewrite the log" in claim
    assert broken() == set()


@pytest.mark.parametrize("zone", ["Mars/Base", "America", "../UTC", ""])
def test_a_time_zone_that_nobody_knows_is_found_and_the_other_tenants_are_checked(
    operator: Operator, cedar: House, rival: House, settings: Settings, order_id: uuid.UUID, zone: str
) -> None:
    change = "UPDATE restaurants SET timezone = %s WHERE tenant_id = %s AND slug = 'hamra'"
    operator.execute(change, [zone, cedar.tenant_id])
    try:
        findings = list(consistency.check(settings))
    finally:
        operator.execute(change, ["Asia/Beirut", cedar.tenant_id])
    (broken,) = [finding.claim for finding in findings if not finding.holds]
    assert broken == f"each restaurant of {cedar.slug} is in a time zone that there is (hamra: {zone!r})"
    assert (SAMPLE.format(rival.slug), True) in findings


def test_checking_writes_nothing(
    settings: Settings, operator: Operator, cedar: House, order_id: uuid.UUID
) -> None:
    rows = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
    before = operator.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
    list(consistency.check(settings))
    assert before == (None,) and operator.execute(rows).fetchone() == (0,)


def test_a_new_epoch_is_newer_whatever_the_clock_says(
    operator_app: Flask, app: Flask, operator: Operator, cedar: House, rival: House
) -> None:
    def epoch(house: House) -> int:
        with tenant_context(app, house.tenant_id):
            return event_log.head(house.tenant_id).epoch

    operator.execute(
        "UPDATE tenant_streams SET epoch = epoch + 100000 WHERE tenant_id = %s", [cedar.tenant_id]
    )
    before, others = epoch(cedar), epoch(rival)
    with operator_app.app_context():
        assert consistency.begin_new_epoch(cedar.slug) == 1
    assert epoch(cedar) == before + 1
    assert epoch(rival) == others
    with operator_app.app_context():
        assert consistency.begin_new_epoch("nowhere") == 0
