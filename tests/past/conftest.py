"""For tests of the past: Cedar's log, written and read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import StatusEvent
from ordertrack.past.orders import PastOrder
from ordertrack.past.writer import History
from ordertrack.tenants.models import Restaurant
from past.histories import Write
from support.cast import House


@pytest.fixture
def write(operator_app: Flask, cedar: House) -> Write:
    """Write these orders into Cedar's log; how many events that made."""

    def write_all(*orders: PastOrder, at_once: int | None = None, pieces: int | None = None) -> int:
        with tenant_context(operator_app, cedar.tenant_id):
            own = select(Restaurant).where(Restaurant.tenant_id == cedar.tenant_id)
            days = {each.slug: each.business_day for each in db.session.scalars(own)}
            history = History(cedar.tenant_id, orders, lambda slug, moment: days[slug](moment))
            written = [count for _, count in zip(range(pieces or 99), history.write(at_once), strict=False)]
            return sum(written)

    return write_all


@pytest.fixture
def log(app: Flask, cedar: House) -> Callable[[], list[StatusEvent]]:
    def read() -> list[StatusEvent]:
        with tenant_context(app, cedar.tenant_id):
            query = select(StatusEvent).where(StatusEvent.tenant_id == cedar.tenant_id)
            return list(db.session.scalars(query.order_by(StatusEvent.seq)))

    return read
