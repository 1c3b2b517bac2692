"""When the database cannot be reached: 503 in words for everybody, and nothing logged as an exception."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import errors as said_by
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.web import problems
from support.cast import House
from support.database import connect
from support.server import share_static, wait_for

NOBODY_LISTENS = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture(scope="module")
def deserted(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("deserted")
    share_static(folder)
    return create_app(
        Settings.from_environment(
            {"ORDERTRACK_DATA": str(folder), "ORDERTRACK_APP_DATABASE_URL": NOBODY_LISTENS}
        )
    )


@pytest.fixture
def signed_in(deserted: Flask) -> Iterator[FlaskClient]:
    with deserted.test_client() as client:
        with client.session_transaction() as session:
            session["_user_id"] = f"{uuid.uuid4()}:{uuid.uuid4()}"
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/r/hamra/kitchen"),
        ("GET", "/r/hamra/kitchen/stream"),
        ("GET", "/orders"),
        ("POST", f"/orders/{uuid.UUID(int=7)}/transitions"),
        ("GET", "/track/" + "A" * 22),
        ("GET", "/api/v1/orders"),
        ("POST", "/api/v1/orders"),
    ],
)
def test_every_page_and_call_is_503_in_words(
    signed_in: FlaskClient, method: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = signed_in.open(path, method=method, headers={"Authorization": "Bearer ot_x"})
    assert answer.status_code == 503
    assert "The database cannot be used at this moment. Nothing was changed" in answer.text
    assert answer.headers["Retry-After"] == "5"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_programs_stream_is_told_when_to_come_again_and_let_in_to_nothing(
    signed_in: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A standard EventSource that is refused gives up; after a stream that ends it comes back by itself."""
    waits = set()
    for _ in range(20):
        answer = signed_in.get("/api/v1/stream", headers={"Authorization": "Bearer ot_x"})
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        said = re.fullmatch(r"retry: ([2-6]\d{3})\n", answer.text)
        assert said is not None, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        waits.add(said[1])
    assert len(waits) > 5, "they would all come at once"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("path", ["/api/v1/stream/", "/api/v1/streams", "/api/v1/stream/x"])
def test_nothing_beside_a_programs_stream_is_answered_so(signed_in: FlaskClient, path: str) -> None:
    assert signed_in.get(path, headers={"Authorization": "Bearer ot_x"}).status_code == 404


def test_a_stream_without_a_key_is_401_all_the_same(signed_in: FlaskClient) -> None:
    assert signed_in.get("/api/v1/stream").status_code == 401


@pytest.mark.parametrize("path", ["/r/hamra/kitchen/stream", "/track/" + "A" * 22 + "/stream"])
def test_boards_and_guests_streams_keep_their_503(signed_in: FlaskClient, path: str) -> None:
    assert signed_in.get(path).status_code == 503


def test_signing_in_is_503_too(deserted: Flask) -> None:
    form = {"email": "nour@cedar.example", "password": "cedar-and-salt"}
    assert deserted.test_client().post("/login", data=form).status_code == 503


def test_it_is_alive_but_not_ready(deserted: Flask) -> None:
    client = deserted.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def lost_in_the_middle() -> DBAPIError:
    cause = psycopg.OperationalError("server closed the connection unexpectedly")
    return OperationalError("COMMIT", {}, cause, connection_invalidated=True)


@pytest.mark.parametrize(
    ("error", "method", "words"),
    [
        (
            OperationalError("", {}, said_by.DiskFull()),
            "POST",
            "The disk of the database is full. Nothing was",
        ),
        (InternalError("", {}, said_by.ReadOnlySqlTransaction()), "POST", "The database takes no changes at"),
        (lost_in_the_middle(), "POST", "this moment, and it broke off before it could say whether this was"),
        (lost_in_the_middle(), "GET", "The database cannot be used at this moment. Nothing was"),
        (psycopg.OperationalError("no way there"), "POST", "The database cannot be used at this moment."),
    ],
)
def test_it_is_said_as_exactly_as_it_is_known(
    deserted: Flask, error: Exception, method: str, words: str
) -> None:
    with deserted.test_request_context("/", method=method):
        problem = problems.problem_of(error)
    assert problem.status == 503
    assert words in problem.detail


@pytest.mark.parametrize("error", [InternalError("", {}, said_by.DataCorrupted()), said_by.UndefinedTable()])
def test_what_waiting_does_not_mend_is_no_503(deserted: Flask, error: Exception) -> None:
    with deserted.test_request_context("/"), pytest.raises(type(error)):
        problems.problem_of(error)


def test_a_move_whose_answer_was_lost_is_not_said_to_be_undone(
    app: Flask, settings: Settings, cedar: House, place: Any
) -> None:
    order_id = place(cedar)
    client, answers = app.test_client(), []

    def move() -> None:
        answers.append(
            client.post(
                f"/api/v1/orders/{order_id}/transitions", json={"to": "confirmed"}, headers=cedar.bearer
            )
        )

    with connect(settings.operator_url) as holder, connect(settings.operator_url, autocommit=True) as killer:
        holder.execute("SELECT FROM orders WHERE id = %s FOR UPDATE", [order_id])
        caller = Thread(target=move)
        caller.start()
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%advance_order%'"
        wait_for(lambda: killer.execute(f"{cut} AND wait_event_type = 'Lock'").rowcount, "the move to wait")
        caller.join(20)
    assert answers[0].status_code == 503
    assert "broke off before it could say whether this was done" in answers[0].json["detail"]
