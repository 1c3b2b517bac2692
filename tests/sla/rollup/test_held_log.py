"""A log that is held in memory is read as the database reads it."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.restaurants.cache import of_tenant
from ordertrack.sla.measure.log_reading import HeldLog, LogReader, Span
from support.cast import House
from support.houses.past_service import service, write

FIRST = dt.datetime(2026, 10, 22, 3, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("share", [0.4, 1.0])
def test_a_held_log_has_the_same_events_of_orders_and_of_spans(
    cedar: House, operator_app: Flask, app: Flask, share: float
) -> None:
    with tenant_context(operator_app, cedar.tenant_id):
        write(operator_app, cedar, service(cedar, 1, FIRST, 2, 60))
    with tenant_context(app, cedar.tenant_id):
        restaurants = [each.id for each in of_tenant(cedar.tenant_id)]
        reader = LogReader(cedar.tenant_id, restaurants)
        everything = reader.between(0, 10_000)
        until = int(everything["seq"][int(len(everything) * share) - 1])
        held = HeldLog(cedar.tenant_id, restaurants, until)
        draw = random.Random(f"{share}")
        sizes = set()
        for _ in range(20):
            orders = np.unique(everything["order"])[draw.randrange(50) :]
            assert np.array_equal(held.of_orders(orders, until), reader.of_orders(orders, until))
            begins, middle, ends = sorted(draw.choices(everything["at"].tolist(), k=3))
            choices: list[list[Span]] = [[(begins, middle), (middle + 1, ends)], [(middle, None)]]
            for spans in choices:
                for restaurant in (None, 0, 1):
                    found = reader.within(spans, until, restaurant)
                    assert np.array_equal(held.within(spans, until, restaurant), found)
                    sizes.add(len(found))
    assert len(sizes) > 20, "the spans must be mixed ones"
