"""`db check` finds a guard that is off, and a role that may do too much."""

from __future__ import annotations

import pytest

from ordertrack.database.config import Settings
from server.consistency.claims import Broken, Operator

GUARDS = {
    "the triggers that guard every move are on": (
        "ALTER TABLE orders DISABLE TRIGGER guard_order_status",
        "ALTER TABLE orders ENABLE TRIGGER guard_order_status",
    ),
    "the triggers that hold a suspended company are on": (
        "ALTER TABLE menus DISABLE TRIGGER guard_suspended",
        "ALTER TABLE menus ENABLE TRIGGER guard_suspended",
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
        "INSERT INTO rule_set_transitions VALUES ('strict', 'cancelled', 'preparing', false)",
        "DELETE FROM rule_set_transitions WHERE from_status = 'cancelled'",
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
    "a move that asks for no reason any more": (
        "the table of transitions is the state machine's map",
        "UPDATE rule_set_transitions SET asks_reason = false WHERE from_status = 'delivering'",
        "UPDATE rule_set_transitions SET asks_reason = to_status <> 'completed'"
        " WHERE rule_set = 'extended' AND from_status = 'delivering'",
    ),
    "events that name any rule set": (
        "the triggers that guard every move are on",
        "ALTER TABLE order_status_events DISABLE TRIGGER name_rule_set",
        "ALTER TABLE order_status_events ENABLE TRIGGER name_rule_set",
    ),
    "entries that are not recorded": (
        "the triggers that guard every move are on",
        "ALTER TABLE order_actions DISABLE TRIGGER record_entry",
        "ALTER TABLE order_actions ENABLE TRIGGER record_entry",
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
