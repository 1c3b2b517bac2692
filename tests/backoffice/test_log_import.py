"""A log from elsewhere is imported on a page: looked at first, said otherwise, then written."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from demo.simulation import orders_of
from ordertrack.backoffice.log_import import looking
from ordertrack.backoffice.log_import.kept_logs import LOOK, WRITE
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs
from ordertrack.orders.models import Order
from ordertrack.restaurants import cache
from ordertrack.web.bodies import LARGEST_LOG
from support.cast import House, Person
from support.following import nobody_else_follows

PAGE = "/import"
LOG = (
    "Order No,Branch,Ordered at,Ready at,Delivered at,Type\n"
    "1,hamra,03/04/2025 18:00,03/04/2025 18:20,03/04/2025 18:40,Livraison\n"
    "2,Chez Lina,03/04/2025 18:05,,,Take-away\n"
    "3,hamra,03/04/2025 18:07,03/04/2025 18:06,,Dine in\n"
)


def upload(client: FlaskClient, content: str | bytes, name: str = "april.csv") -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    answer = client.post(PAGE, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large one is a file, which the test client leaves open
    return answer


@pytest.fixture(scope="module", autouse=True)
def _alone(settings: Settings) -> Iterator[None]:
    """A server of the suite would run the jobs first."""
    with nobody_else_follows(settings):
        yield


@pytest.fixture
def work(app: Flask, cedar: House) -> Callable[[str], None]:
    """Run the newest job of a kind, as `ordertrack follow` does."""

    def run(kind: str) -> None:
        with tenant_context(app, cedar.tenant_id):
            [job, *_] = jobs.latest(db.session.connection(), cedar.tenant_id, kind, most=1)
            db.session.commit()
            outcome = {LOOK: looking.look, WRITE: looking.write}[kind](job)
            db.session.commit()
            assert outcome == jobs.Done()

    return run


def test_a_file_is_looked_at_said_otherwise_and_written_once(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], work: Callable[[str], None]
) -> None:
    maya = sign_in(cedar.maya)
    answer = upload(maya, LOG)
    assert answer.status_code == 303
    where = answer.location
    assert 'http-equiv="refresh"' in maya.get(where).text, "it says what was understood once that is known"

    work(LOOK)
    page = maya.get(where).text
    assert "day first or month first?" in page
    assert maya.post(f"{where}/write", data={"seen": "1"}).status_code == 422
    wrong = maya.post(f"{where}/choices", data={"dates": "day-first", "zone": "Mars/Base"})
    assert wrong.status_code == 422
    assert 'value="Mars/Base"' in wrong.text and '<option value="day-first" selected>' in wrong.text

    assert maya.post(f"{where}/choices", data={"dates": "day-first"}).status_code == 303
    work(LOOK)
    page = maya.get(where).text
    assert "ready comes before placed" in page
    assert "will be made" in page
    assert maya.post(f"{where}/write", data={"seen": "1"}).status_code == 409, "not as it was shown before"
    assert maya.post(f"{where}/write", data={"seen": "2"}).status_code == 303
    assert "Being written" in maya.get(where).text
    work(WRITE)
    assert "What was written" in maya.get(where).text
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 2
    audit = maya.get("/audit").text
    assert "april.csv" in audit and "Chez Lina" in audit

    again = upload(maya, LOG).location
    maya.post(f"{again}/choices", data={"dates": "day-first"})
    work(LOOK)
    maya.post(f"{again}/write", data={"seen": "2"})
    work(WRITE)
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 2, "the same orders again change nothing"


def test_each_restaurant_of_a_file_may_have_a_zone_of_its_own(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], work: Callable[[str], None]
) -> None:
    maya = sign_in(cedar.maya)
    rows = "1,hamra,2025-04-03 18:00,2025-04-03 18:20\n2,Far Away,2025-04-03 18:00,2025-04-03 18:20\n"
    where = upload(maya, f"Order No,Branch,Ordered at,Ready at\n{rows}").location
    work(LOOK)
    said = {"restaurant-0": "hamra", "zone-0": "", "restaurant-1": "Far Away", "zone-1": "Mars/Base"}
    wrong = maya.post(f"{where}/choices", data=said)
    assert wrong.status_code == 422
    assert 'value="Mars/Base"' in wrong.text and 'id="problem-zones"' in wrong.text
    assert maya.post(f"{where}/choices", data={**said, "zone-1": "tokyo"}).status_code == 303
    work(LOOK)
    assert 'value="Tokyo – Japan"' in maya.get(where).text
    maya.post(f"{where}/write", data={"seen": "2"})
    work(WRITE)
    with tenant_context(app, cedar.tenant_id):
        zones = {each.name: each.calendar.rules[-1].timezone for each in cache.of_tenant(cedar.tenant_id)}
        assert zones["Far Away"] == "Asia/Tokyo"
        placed = dict(db.session.execute(select(Order.reference, Order.placed_at)).all())
        assert (placed["1"] - placed["2"]) == dt.timedelta(hours=6), "both at six, by their own clocks"


def test_columns_are_said_one_by_one(
    cedar: House, sign_in: Callable[[Person], FlaskClient], work: Callable[[str], None]
) -> None:
    maya = sign_in(cedar.maya)
    where = upload(maya, "a,b,c\n7,2025-05-04T18:00Z,18\n7,2025-05-04T18:00Z,18\n").location
    work(LOOK)
    assert "Which column is the order" in maya.get(where).text
    said = {"column-0": "order", "column-1": "placed", "column-2": "ready", "unit": "minutes"}
    maya.post(f"{where}/choices", data={**said, "restaurant": "hamra"})
    work(LOOK)
    page = maya.get(where).text
    assert "21:18" in page, "by the restaurant's clock"
    assert "Write 1 order" in page


def test_what_cannot_be_taken_gets_a_sentence(
    cedar: House, sign_in: Callable[[Person], FlaskClient], work: Callable[[str], None]
) -> None:
    maya = sign_in(cedar.maya)
    assert upload(maya, "").status_code == 422
    large = upload(maya, b"x" * (LARGEST_LOG + 1))
    assert large.status_code == 413 and "MB are the most" in large.text
    where = upload(maya, b"PK\x03\x04" + bytes(100), "orders.xlsx").location
    work(LOOK)
    assert "save it as CSV UTF-8" in maya.get(where).text
    assert maya.post(f"{where}/drop").status_code == 303
    assert maya.get(where).status_code == 404


def test_managers_of_the_whole_company_import_and_nobody_sees_anothers_files(
    cedar: House, rival: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    where = upload(sign_in(cedar.maya), LOG).location
    assert sign_in(cedar.nour).get(PAGE).status_code == 403
    assert sign_in(cedar.nour).post(f"{where}/drop").status_code == 403
    assert sign_in(rival.maya).get(where).status_code == 404
