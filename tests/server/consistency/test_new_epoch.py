"""A new epoch tells every program that history has changed."""

from __future__ import annotations

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.server import consistency
from server.consistency.claims import Operator
from support.cast import House


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
