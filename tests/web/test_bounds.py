"""The largest company that the bounds allow: no answer and no frame is larger than is said, and what is left
out is told or paged.

It walks the URL map, so that a route added later is covered by itself; one whose ids it cannot fill in fails.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from werkzeug.routing import Rule

from ordertrack import create_app
from ordertrack.api.views import MOST_ENTRIES
from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.web.bodies import LARGEST_ANSWER
from support import cast
from support.cast import PASSWORD, Person
from support.database import connect
from support.houses.largest import ENTRIES, OPEN, Largest, fill
from support.quiet_database import pattern_of

ANSWERS_WITHIN = 15.0  # seconds, of what takes long on no machine
STREAMS = {"overview.stream", "boards.stream", "pickup.stream", "screens.stream", "sla.stream"}
STREAMS |= {"tracking.stream", "api.stream", "sold_out.stream"}
LEFT_OUT = {
    "/r/hamra/kitchen": "more orders do not fit on this board",
    "/r/hamra/dispatch": "more orders do not fit on this board",
    "/r/hamra/kitchen/recent": "Only the last 150 are listed.",
    "/r/hamra/open": "more open orders are not on this list",
    "/r/hamra/settings": "Only the last 100 are listed.",
    "/r/hamra/brand": "Only the last 100 are listed.",
    "/sla/settings/hamra": "Only the last 100 are listed.",
    "/": "more</p>",
    "/screens": "more</li>",
    "/people": "Only the last 100 are listed.",
    "/account": "Only the last 100 are listed.",
    "/r/hamra/pickup": "more numbers",
    "/orders?restaurant=hamra": "Later orders of this day",
}
"""What a page says of what it does not show."""


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[Settings]:
    """A database that no other test looks at."""
    name = f"ordertrack_largest_{secrets.token_hex(4)}"
    url = settings.operator_url.set(database=name)
    made = replace(settings, database_url=url.render_as_string(hide_password=False))
    with connect(settings.operator_url, autocommit=True) as operator:
        pattern = sql.Identifier(pattern_of(settings))
        operator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), pattern))
        try:
            schema.upgrade(made)
            yield made
        finally:
            operator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            operator.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(made.app_role)))


@pytest.fixture(scope="module")
def company(own: Settings) -> Iterator[tuple[Flask, Largest]]:
    bare = make_bare_app(own, as_operator=True)
    house = cast.make_house(bare, "Cedar", ("hamra",))
    with connect(own.operator_url, autocommit=True) as operator:
        largest = fill(house, operator)
    app = create_app(own)
    yield app, largest
    for each in (app, bare):
        with each.app_context():
            db.engine.dispose()


def signed_in(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def askers(app: Flask, largest: Largest) -> Iterator[tuple[str, FlaskClient, dict[str, str]]]:
    house = largest.house
    yield "stranger", app.test_client(), {}
    for person in (house.nour, house.karim, house.maya):
        yield str(person.principal.role), signed_in(app, person), {}
    yield "program", app.test_client(), house.bearer


def addresses(app: Flask, largest: Largest) -> Iterator[tuple[Rule, str]]:
    """Each that can be read, with what is largest there."""
    orders, tokens = zip(*largest.orders, strict=True)
    values: dict[str, tuple[Any, ...]] = {
        "order_id": tuple(map(uuid.UUID, orders)),
        "token": tokens,
        "restaurant": ("hamra",),
        "board": ("kitchen", "dispatch"),
        "kind": ("not-found",),
        "code": ("unknown",),
        "code_id": (uuid.uuid4(),),
        "digest": ("0" * 32,),
        "hook": ("unknown",),
        "channel": ("woocommerce",),
        "connection_id": (uuid.uuid4(),),
        "endpoint_id": (uuid.uuid4(),),
        "payload_id": (uuid.uuid4(),),
        "log_id": (uuid.uuid4(),),
        "rest": ("unknown",),
        "sku": ("unknown",),
    }
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            unknown = rule.arguments - values.keys() - {"filename"}
            if "GET" not in (rule.methods or ()) or "filename" in rule.arguments:
                continue
            assert not unknown, f"{rule.rule}: say above what to put for {unknown}"
            names = sorted(rule.arguments)
            for number in range(max((len(values[name]) for name in names), default=1)):
                filled = {name: values[name][number % len(values[name])] for name in names}
                yield rule, app.url_map.bind("").build(rule.endpoint, filled)


def size_of(client: FlaskClient, rule: Rule, path: str, headers: dict[str, str]) -> tuple[int, int, str]:
    """The status, how many bytes, and what it says; of a stream, until that says that all is well."""
    query = "?limit=200" if rule.endpoint in ("api.orders", "api.events") else ""
    query = "?fulfilment=delivery" if rule.endpoint == "api.quote" else query
    answer = client.get(path + query, headers=headers, buffered=rule.endpoint not in STREAMS)
    if rule.endpoint not in STREAMS or answer.status_code != 200:
        return answer.status_code, len(answer.data), answer.text
    told = b""
    for piece in answer.iter_encoded():
        told += piece
        if b"event: hb" in told:
            break
    answer.close()
    return answer.status_code, len(told), told.decode()


def test_no_answer_and_no_frame_is_larger_than_is_said_whoever_asks(company: tuple[Flask, Largest]) -> None:
    app, largest = company
    read = 0
    sizes: dict[str, int] = {}
    for who, client, headers in askers(app, largest):
        for rule, path in addresses(app, largest):
            if who != "stranger" and path.startswith("/api/") != (who == "program"):
                continue
            began = time.monotonic()
            status, size, _ = size_of(client, rule, path, headers)
            assert status < 500 or path == "/readyz", (who, path, status)  # nothing listens here
            assert size <= LARGEST_ANSWER, (who, path, size)
            assert time.monotonic() - began < ANSWERS_WITHIN, (who, path)
            read += status == 200
            sizes[path] = max(size, sizes.get(path, 0))
    assert read > 60, sizes


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_a_page_leaves_out_it_says(company: tuple[Flask, Largest], path: str) -> None:
    app, largest = company
    answer = manager(app, largest).get(path)
    assert answer.status_code == 200
    assert LEFT_OUT[path] in answer.text


_managers: dict[Flask, FlaskClient] = {}


def manager(app: Flask, largest: Largest) -> FlaskClient:
    """One sign-in for all of them."""
    if app not in _managers:
        _managers[app] = signed_in(app, largest.house.maya)
    return _managers[app]


def test_the_longest_story_says_that_it_goes_on(company: tuple[Flask, Largest]) -> None:
    app, largest = company
    answer = manager(app, largest).get(f"/orders/{largest.orders[0][0]}")
    assert "Only the first 1,000 entries are told here." in answer.text


def test_the_orders_of_a_day_are_read_to_their_end(company: tuple[Flask, Largest]) -> None:
    app, largest = company
    page, pages = manager(app, largest).get("/orders?restaurant=hamra").text, 1
    while "Later orders of this day" in page:
        onward = page[: page.index("Later orders of this day")].rpartition('href="')[2].partition('"')[0]
        page = manager(app, largest).get(onward.replace("&amp;", "&")).text
        pages += 1
    assert f">{2 * OPEN}</a>" in page and pages == 3


def test_a_program_reads_all_orders_and_all_of_the_longest_story_page_by_page(
    company: tuple[Flask, Largest],
) -> None:
    app, largest = company
    client, bearer = app.test_client(), largest.house.bearer
    seen: list[str] = []
    token = ""
    while token is not None:
        page = f"&page={token}" if token else ""
        answer = client.get(f"/api/v1/orders?restaurant=hamra&limit=200{page}", headers=bearer).json
        assert answer is not None
        seen += [order["id"] for order in answer["items"]]
        token = answer["next"]
    assert len(seen) == len(set(seen)) == 2 * OPEN
    cursors: list[str] = []
    after: str | None = ""
    while after is not None:
        story = f"/api/v1/orders/{largest.orders[0][0]}/events?include=actions&after={after}"
        answer = client.get(story, headers=bearer).json
        assert answer is not None
        assert len(answer["items"]) <= MOST_ENTRIES
        cursors += [entry["cursor"] for entry in answer["items"]]
        after = answer["next"]
    assert len(cursors) == len(set(cursors)) == ENTRIES + 1


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/people", {"name": "One more", "role": "kitchen", "pin": "7294"}, "500 people at most"),
        ("/tablets", {"restaurant": "hamra", "board": "kitchen", "name": "More"}, "600 tablets at most"),
    ],
)
def test_one_more_than_the_bound_is_refused_in_words(
    company: tuple[Flask, Largest], path: str, form: dict[str, str], said: str
) -> None:
    app, largest = company
    answer = manager(app, largest).post(path, data=form)
    assert answer.status_code == 422
    assert said in answer.text
