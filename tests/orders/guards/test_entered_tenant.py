"""The schema's functions work in the tenant that was entered, and cannot be told to work in another one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

# What the commit before calls: it enters the tenant that it names, unless another one was entered.
OF_THE_COMMIT_BEFORE = {
    ("advance_order", 10),
    ("advance_order", 11),
    ("advance_known_order", 11),
    ("act_on_order", 11),
    ("act_on_order", 12),
    ("act_on_known_order", 12),
    ("enter_as_named", 1),
}
# It reads, as whoever calls it, what the policies show them.
READS_AS_ITS_CALLER = {("kitchen_load", 2)}

ADVANCE = "'pending', 'confirmed', false, false, false, 'Eve', 'staff:eve', '{}'"
ACT = "'pending', 'rush', NULL, NULL, 'Eve', 'staff:eve', '{}', NULL, NULL"
NAMING_A_TENANT = {
    "advance_order": f"SELECT * FROM advance_order(%s, %s, {ADVANCE})",
    "advance_order, waking": "SELECT * FROM advance_order(%s, %s, 'pending', 'confirmed', false, false,"
    " 'Eve', 'staff:eve', '{}', 'x', false)",
    "advance_known_order": f"SELECT * FROM advance_known_order(%s, %s, {ADVANCE}, 1)",
    "act_on_order": f"SELECT * FROM act_on_order(%s, %s, {ACT})",
    "act_on_order, waking": "SELECT * FROM act_on_order(%s, %s, 'pending', 'rush', NULL, NULL, 'Eve',"
    " 'staff:eve', '{}', 'x', NULL, NULL)",
    "act_on_known_order": f"SELECT * FROM act_on_known_order(%s, %s, {ACT}, 1)",
}
IN_THE_ENTERED = {
    "advance_order": f"SELECT * FROM advance_order(%s, {ADVANCE})",
    "advance_known_order": f"SELECT * FROM advance_known_order(%s, {ADVANCE}, 1)",
    "act_on_order": f"SELECT * FROM act_on_order(%s, {ACT})",
    "act_on_known_order": f"SELECT * FROM act_on_known_order(%s, {ACT}, 1)",
}


def enter(connection: psycopg.Connection, house: House) -> None:
    connection.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(house.tenant_id)])


def test_no_function_that_works_with_its_owners_rights_is_told_a_tenant(operator: psycopg.Connection) -> None:
    """With them, whom the policies confine would read and write whatever tenant they name."""
    told = operator.execute(
        "SELECT proname, proargnames[:pronargs], prosrc, pg_get_function_result(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef AND pronargs > 0"
    ).fetchall()
    assert not [name for name, arguments, *_ in told if any("tenant" in each for each in arguments)]
    # Whoever is told which tenants there is something to do in is told their ids, and nothing else.
    in_one = [(name, body) for name, _, body, result in told if result != "SETOF uuid"]
    assert not [name for name, body in in_one if "tenant_id = current_tenant()" not in body]


def test_no_other_function_is_told_a_tenant_but_those_of_the_commit_before(
    operator: psycopg.Connection,
) -> None:
    found = operator.execute(
        "SELECT proname, pronargs FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND EXISTS (SELECT FROM unnest(proargnames[:pronargs]) AS name WHERE name LIKE '%tenant%')"
    ).fetchall()
    assert set(found) == OF_THE_COMMIT_BEFORE | READS_AS_ITS_CALLER


@pytest.mark.parametrize("call", NAMING_A_TENANT)
def test_who_entered_a_tenant_is_refused_when_another_one_is_named(
    confined: psycopg.Connection,
    cedar: House,
    rival: House,
    place: Callable[..., uuid.UUID],
    status_of: Callable[[House, uuid.UUID], OrderStatus],
    call: str,
) -> None:
    order_id = place(cedar)
    enter(confined, rival)
    with pytest.raises(InsufficientPrivilege):
        confined.execute(NAMING_A_TENANT[call], [cedar.tenant_id, order_id])
    confined.rollback()
    assert status_of(cedar, order_id) == OrderStatus.PENDING


@pytest.mark.parametrize("call", NAMING_A_TENANT)
def test_the_commit_before_enters_by_naming(
    confined: psycopg.Connection, cedar: House, place: Callable[..., uuid.UUID], call: str
) -> None:
    assert confined.execute(NAMING_A_TENANT[call], [cedar.tenant_id, place(cedar)]).rowcount == 1


@pytest.mark.parametrize("call", IN_THE_ENTERED)
def test_another_tenants_order_is_not_there_and_nor_is_any_without_a_tenant(
    confined: psycopg.Connection, cedar: House, rival: House, place: Callable[..., uuid.UUID], call: str
) -> None:
    order_id = place(cedar)
    assert confined.execute(IN_THE_ENTERED[call], [order_id]).fetchall() == []
    confined.rollback()
    enter(confined, rival)
    assert confined.execute(IN_THE_ENTERED[call], [order_id]).fetchall() == []
    confined.rollback()
    enter(confined, cedar)
    assert confined.execute(IN_THE_ENTERED[call], [order_id]).rowcount == 1
