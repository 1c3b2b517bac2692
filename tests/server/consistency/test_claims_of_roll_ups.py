"""`db check` makes a sample of the roll-up anew, of every tenant whose days can be told."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.server import consistency
from ordertrack.sla.measure import soundness
from ordertrack.sla.rollup import extend
from server.consistency.claims import Broken, Operator
from support.cast import House
from support.houses.rollup_rows import Told, put

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


def test_a_roll_up_that_goes_on_while_it_is_checked_is_no_contradiction(
    app: Flask, operator: Operator, cedar: House, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(operator, cedar, sorted(pickup(0), key=lambda told: told.at), 0)
    in_the_log = soundness._in_the_log

    def read_and_go_on(connection: Any, tenant_id: uuid.UUID) -> Any:
        found = in_the_log(connection, tenant_id)
        with tenant_context(app, cedar.tenant_id):
            extend.keep_up(cedar.tenant_id)
        return found

    monkeypatch.setattr(soundness, "_in_the_log", read_and_go_on)
    assert broken() == set()


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
