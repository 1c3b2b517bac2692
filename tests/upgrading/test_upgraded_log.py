"""A house that comes from before the log guarded itself goes on where its log ends."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from ordertrack.database import schema
from ordertrack.database.config import ROOT, Settings
from ordertrack.database.session import operator_connection
from support.database import connect

BEFORE = "0005"

# Two tenants: one whose log ends with an action, one that has none. Statement by statement, as the guards of
# before look at each.
_HOUSE = (
    "INSERT INTO tenants (id, slug, name) VALUES (%(tenant)s, 'c', 'Cedar'), (%(empty)s, 'e', 'Empty')",
    "INSERT INTO tenant_streams (tenant_id) VALUES (%(tenant)s), (%(empty)s)",
    """INSERT INTO restaurants (tenant_id, id, slug, name, timezone)
       VALUES (%(tenant)s, %(order)s, 'hamra', 'Hamra', 'Asia/Beirut')""",
    "UPDATE tenant_streams SET seq = 1 WHERE tenant_id = %(tenant)s",
    """INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
           status_since, fulfilment, placed_at, idempotency_key, idempotency_hash)
       VALUES (%(tenant)s, %(order)s, %(order)s, %(at)s, 1, 'pending', 1,
           %(at)s, 'pickup', %(at)s, 'k', 'h')""",
    """INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status,
           changed_by, actor, occurred_at)
       VALUES (%(tenant)s, 1, %(order)s, %(order)s, 1, 'pending', 'Till', 'key:till', %(at)s)""",
    "UPDATE tenant_streams SET seq = 2 WHERE tenant_id = %(tenant)s",
    "UPDATE orders SET is_rush = true, acts = 1",
    """INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, changed_by, actor,
           occurred_at)
       VALUES (%(tenant)s, 2, %(order)s, %(order)s, 'rush', 'pending', 'Nour', 'staff:nour', %(later)s)""",
)
_FILES = """
    SELECT relname, relfilenode FROM pg_class
     WHERE relname IN ('order_status_events', 'order_actions') ORDER BY relname
"""
_RECORDED = """
    SELECT occurred_at, recorded_at FROM order_status_events
    UNION ALL SELECT occurred_at, recorded_at FROM order_actions
"""


def upgrade_to(settings: Settings, revision: str) -> None:
    with operator_connection(settings.operator_url) as connection:
        configuration = Config()
        configuration.set_main_option("script_location", str(ROOT / "ordertrack" / "migrations"))
        configuration.set_main_option("path_separator", "os")
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)


def test_its_stream_and_its_keys_are_what_its_log_says(settings: Settings, tmp_path: Path) -> None:
    name = f"{settings.operator_url.database}_before"
    url = settings.operator_url.set(database=name).render_as_string(hide_password=False)
    old = Settings.from_environment({"ORDERTRACK_DATA": str(tmp_path), "DATABASE_URL": url})
    placed = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    acted = placed + dt.timedelta(minutes=1)
    told = {
        "tenant": uuid.uuid4(), "empty": uuid.uuid4(), "order": uuid.uuid4(), "at": placed, "later": acted
    }  # fmt: skip
    with operator_connection(settings.operator_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        upgrade_to(old, BEFORE)
        with connect(old.operator_url) as operator:
            for statement in _HOUSE:
                operator.execute(statement.encode(), told)
        upgrade_to(old, "0034")
        with connect(old.operator_url) as operator:
            files = operator.execute(_FILES).fetchall()
        schema.upgrade(old)
        with connect(old.operator_url) as operator:
            assert operator.execute(_FILES).fetchall() == files, "no log is written anew, however long it is"
            recorded = operator.execute(_RECORDED).fetchall()
            heads = operator.execute("SELECT tenant_id, seq, last_at FROM tenant_streams").fetchall()
            keys = operator.execute("SELECT idempotency_key, idempotency_sender FROM orders").fetchall()
    finally:
        with operator_connection(settings.operator_url) as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            connection.execute(text(f'DROP ROLE IF EXISTS "{old.app_role}"'))
    assert set(heads) == {(told["tenant"], 2, acted), (told["empty"], 0, None)}
    assert keys == [("k", "key:till")]
    assert recorded == [(placed, None), (acted, None)], "what is older was recorded when it happened"
