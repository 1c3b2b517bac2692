"""A house without a company: every page says where to begin, and the one address that it printed opens it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import event

from ordertrack.database.app import make_bare_app
from ordertrack.database.session import db
from ordertrack.setup import invitations
from ordertrack.tenants import accounts
from setup.conftest import first_of, form

LEADS = "Nothing is set up here yet"


def test_pages_lead_nowhere_else_and_health_files_and_programs_are_answered_as_ever(
    empty: Flask, first: str
) -> None:
    client = empty.test_client()
    for path in ("/", "/login", "/boards", "/tablets", "/setup", "/nowhere"):
        answer = client.get(path)
        assert answer.status_code == 503 and LEADS in answer.text, path
    assert client.get("/sign-up").status_code == 404
    assert client.get("/healthz").status_code == 200
    assert LEADS not in client.get("/readyz").text
    assert client.get("/api/v1/orders").status_code == 401
    assert client.get("/api/v1/nowhere").status_code == 404
    assert client.post("/language", data={"language": "ar", "next": first}).location == first
    assert client.get("/").text.count('dir="rtl"') == 1, "it is said in the language that was chosen"


def test_the_address_is_spent_once_and_each_start_makes_another(empty: Flask) -> None:
    before, client = first_of(empty), empty.test_client()
    now = first_of(empty)
    assert client.get(before).status_code == 404
    assert client.get(now).status_code == 200
    assert client.post(now, data=form()).location == "/setup"
    assert client.get("/setup").status_code == 200, "the owner is signed in"
    for answer in (client.get(now), empty.test_client().post(now, data=form())):
        assert answer.status_code == 404 and "opens nothing" in answer.text
    assert empty.test_client().get("/").location.startswith("/login")
    with make_bare_app(empty.config["SETTINGS"], as_operator=True).app_context():
        assert invitations.make_first() is None
        db.session.remove()
        db.engine.dispose()


def test_a_company_of_the_command_line_ends_it_and_nobody_asks_again(empty: Flask, first: str) -> None:
    client = empty.test_client()
    assert client.get("/login").status_code == 503
    with make_bare_app(empty.config["SETTINGS"], as_operator=True).app_context():
        accounts.create_tenant("Cedar", "cedar")
        db.session.remove()
        db.engine.dispose()
    assert client.get("/login").status_code == 200
    assert client.get(first).status_code == 404
    asked: list[str] = []
    with empty.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert client.get("/login").status_code == 200
    assert asked == []
