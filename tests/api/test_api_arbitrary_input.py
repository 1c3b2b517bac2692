"""Whatever JSON is thrown at it, the API does as it promised and never fails by itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as choose
from hypothesis import strategies as st

from api.api_caller import Caller, assert_problem

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def mostly(*good):
    return st.one_of(*good, anything)


items = st.lists(
    st.fixed_dictionaries(
        {"name": mostly(st.text(max_size=30)), "quantity": mostly(st.integers(-3, 1003))},
        optional={"notes": mostly(st.text(max_size=30)), "modifiers": mostly(st.lists(st.text(max_size=9)))},
    ),
    max_size=3,
)
orders = st.fixed_dictionaries(
    {"restaurant": mostly(st.just("hamra")), "fulfilment": mostly(st.just("pickup")), "items": mostly(items)},
    optional={
        "reference": mostly(st.text(max_size=12)),
        "customer": mostly(
            st.dictionaries(st.sampled_from(["name", "phone", "locale"]), st.text(max_size=9))
        ),
        "promised_at": mostly(st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())),
        "metadata": mostly(st.dictionaries(st.text(max_size=9), anything, max_size=4)),
    },
)
statuses = st.sampled_from(["pending", "confirmed", "preparing", "ready", "completed", "cancelled"])
moves = st.fixed_dictionaries(
    {"to": mostly(statuses)},
    optional={
        "seen": mostly(statuses),
        "reason": mostly(st.text(max_size=20)),
        "metadata": mostly(st.dictionaries(st.text(max_size=9), anything, max_size=4)),
    },
)
often = choose(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def cedars(app, make_house):
    return Caller(app, make_house("Cedar", ("hamra", "jounieh")))


def send(cedars, path, said):
    return cedars.post(path, data=json.dumps(said), content_type="application/json")


@often
@given(said=orders | anything)
def test_any_order_is_taken_in_or_refused(cedars, said):
    before = cedars.written()
    answer = send(cedars, "/orders", said)
    if answer.status_code == 201:
        assert cedars.written() == (before[0] + 1, before[1] + 1)
    else:
        assert_problem(answer, 400, 404, 422)
        assert cedars.written() == before


@often
@given(said=moves | anything)
def test_any_move_is_made_or_refused(cedars, said):
    order = cedars.place()
    before = cedars.written()
    answer = send(cedars, f"/orders/{order['id']}/transitions", said)
    if answer.status_code == 200:
        assert cedars.written()[1] - before[1] == (answer.json["status"] != "pending")
    else:
        assert_problem(answer, 400, 409, 422)
        assert cedars.written() == before


@often
@given(
    st.dictionaries(
        st.sampled_from(["restaurant", "status", "limit", "page"]), st.text(min_size=1, max_size=9)
    )
)
def test_any_query_is_answered_or_refused(cedars, query):
    answer = cedars.get("/orders", query_string=query)
    assert answer.status_code == 200 or assert_problem(answer, 400, 404)
    answer = cedars.get("/events", query_string=query)
    assert answer.status_code == 200 or assert_problem(answer, 400)
