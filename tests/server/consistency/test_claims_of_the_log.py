"""`db check` holds on a healthy database, and finds each contradiction between a log and its orders."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ordertrack.database.config import Settings
from ordertrack.server import consistency
from server.consistency.claims import Broken, Operator
from support.cast import House


def written(operator: Operator, table: str) -> str:
    """The columns of a table that are written, and not made of others."""
    found = operator.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    ).fetchone()
    assert found is not None
    return str(found[0])


@contextmanager
def replaced(operator: Operator, house: House, *statements: str, **values: Any) -> Iterator[None]:
    """A contradiction planted past every guard, and afterwards the tenant's rows as they were."""
    kept = ("orders", "tenant_streams", "order_status_events", "order_actions")
    names = {"tenant": house.tenant_id, **values}
    operator.execute("SET session_replication_role = replica")
    columns = {table: written(operator, table) for table in kept}
    for table in kept:
        operator.execute(
            f"CREATE TEMP TABLE kept_{table} AS"
            f" SELECT {columns[table]} FROM {table} WHERE tenant_id = '{house.tenant_id}'"
        )
    try:
        for statement in statements:
            assert operator.execute(statement, names).rowcount > 0, statement
        yield
    finally:
        with operator.transaction():
            for table in kept:
                operator.execute(f"DELETE FROM {table} WHERE tenant_id = '{house.tenant_id}'")
                operator.execute(f"INSERT INTO {table} ({columns[table]}) SELECT * FROM kept_{table}")
                operator.execute(f"DROP TABLE kept_{table}")
        operator.execute("SET session_replication_role = origin")


GAP = "the log of {} runs from 1 to its head without gap"
RECORDED = "the log of {} was recorded in its order"
FORETOLD = "nothing in the log of {} was recorded before it happened"
CAME = "no entry of {} happened before its order had come to where it stood"
STORY = "each event of {} begins where its order's last one ended"
PAIRS = "each move in the log of {} is one of the rule set that it was made under"
REASON = "what {} does for a reason only says its reason"
CHOICE = "{} works by the rule set that was chosen last"
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
        {CAME, STOOD},
        """UPDATE order_status_events SET occurred_at = occurred_at - interval '1 hour'
            WHERE tenant_id = %(tenant)s AND seq = 5""",
    ),
    "an entry that was recorded after the next one": (
        {RECORDED},
        """UPDATE order_status_events SET recorded_at = recorded_at + interval '1 hour'
            WHERE tenant_id = %(tenant)s AND seq = 4""",
    ),
    "an entry that was recorded before it happened": (
        {RECORDED, FORETOLD},
        """UPDATE order_status_events SET recorded_at = occurred_at - interval '1 hour'
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
    "a move of a rule set that its event does not name": (
        {PAIRS, STORY, STATUS},
        """UPDATE order_status_events SET from_status = 'ready', to_status = 'preparing'
            WHERE tenant_id = %(tenant)s AND seq = 6""",
    ),
    "an added move without its reason": (
        {REASON, STORY, STATUS},
        """UPDATE order_status_events
              SET from_status = 'ready', to_status = 'preparing', rule_set = 'extended'
            WHERE tenant_id = %(tenant)s AND seq = 6""",
    ),
    "a rule set that nobody chose": (
        {CHOICE},
        "UPDATE tenant_streams SET rule_set = 'extended' WHERE tenant_id = %(tenant)s",
    ),
    "a strike of no line": ({STRIKE}, action("strike", line="9"), *_ONE_MORE),
}


def test_a_healthy_database_holds_every_claim(
    settings: Settings, cedar: House, order_id: uuid.UUID, broken: Broken
) -> None:
    claims = [finding.claim for finding in consistency.check(settings)]
    assert broken() == set()
    assert len(claims) == len(set(claims))
    for claim in (GAP, RECORDED, STORY, PAIRS, STATUS):
        assert claim.format(cedar.slug) in claims


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_found_and_only_where_it_is(
    operator: Operator, cedar: House, order_id: uuid.UUID, broken: Broken, name: str
) -> None:
    expected, *statements = CONTRADICTIONS[name]
    with replaced(operator, cedar, *statements, order=order_id):
        assert broken() == {claim.format(cedar.slug) for claim in expected}
    assert broken() == set()


def test_checking_writes_nothing(
    settings: Settings, operator: Operator, cedar: House, order_id: uuid.UUID
) -> None:
    rows = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
    before = operator.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
    list(consistency.check(settings))
    assert before == (None,) and operator.execute(rows).fetchone() == (0,)
