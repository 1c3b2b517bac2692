"""Taking orders in: for a restaurant that there is and a time that a kitchen can mean, told of in the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from orders.placing import TEA, events
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing.intake import RestaurantNotFound
from ordertrack.orders.placing.new_order import PromiseOutOfRange
from ordertrack.orders.reading import records


def test_another_tenants_restaurant_does_not_exist(cedar: Any, rival: Any, take_in: Any) -> None:
    with pytest.raises(RestaurantNotFound):
        take_in(rival)
    assert rival.restaurants == ("verdun", "badaro")


@pytest.mark.parametrize("hours", [-2, -1.01, 24 * 30 + 1, 24 * 365])
def test_a_promise_that_no_kitchen_could_mean_is_refused(
    app: Flask, cedar: Any, take_in: Any, hours: float
) -> None:
    with pytest.raises(PromiseOutOfRange, match="promised_at must lie between"):
        take_in(cedar, replace(TEA, promised_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)))
    assert events(app, cedar) == []


def test_tracking_tokens_are_of_128_random_bits(crowd_app: Flask, cedar: Any, take_in: Any) -> None:
    made = [take_in(cedar)[0] for _ in range(20)]
    with tenant_context(crowd_app, cedar.tenant_id):
        tokens = {order.tracking_token for order in records.newest(cedar.tenant_id, 100)}
    assert len(tokens) == len(made)
    assert all(len(token) == 22 for token in tokens)


def test_the_metadata_of_placing_stands_in_the_first_event(app: Flask, cedar: Any, take_in: Any) -> None:
    take_in(cedar, replace(TEA, metadata={"source": "web", "deep": {"a": [1, None, "é"]}}))
    assert events(app, cedar)[0].metadata == {"source": "web", "deep": {"a": [1, None, "é"]}}
