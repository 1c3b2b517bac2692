"""Parts of templates are compiled in one piece with what includes them, and say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from ordertrack import create_app
from ordertrack.boards import fragments
from ordertrack.boards.columns import BOARDS
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.moving import actions
from ordertrack.orders.reading import records
from ordertrack.rules.order_actions import IllegalAct, OrderAction
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.web import templating
from support.cast import House

_DONE_TO_IT: tuple[tuple[OrderAction, dict[str, Any]], ...] = (
    (OrderAction.STRIKE, {"line": 1}),
    (OrderAction.RUSH, {}),
    (OrderAction.ASSIGN, {"detail": "Ali"}),
    (OrderAction.HOLD, {"detail": "the guest is late"}),
)
_WAY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING)


def test_what_reports_are_made_of_is_compiled_before_a_worker_is_asked(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    templating.compile_ahead(app)
    monkeypatch.setattr(app.jinja_env, "compile", None)
    for name in ("report/report.html", "report/_table.html", "layout/layout.html"):
        app.jinja_env.get_template(name)


@pytest.fixture(scope="module")
def in_parts(settings: Settings) -> Iterator[Flask]:
    """The application with each part a template of its own."""
    made = create_app(settings)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(templating.InOnePiece, "preprocess", lambda _self, source, *_: source)
        with made.app_context():
            for name in made.jinja_env.list_templates():
                if not name.startswith("layout/"):
                    made.jinja_env.get_template(name)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("steps", range(5))
@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_card_in_one_piece_is_the_card_in_parts(
    app: Flask,
    in_parts: Flask,
    cedar: House,
    place: Callable[..., Any],
    bring: Callable[..., None],
    board: str,
    steps: int,
    language: str,
) -> None:
    order_id = place(cedar)
    bring(cedar, order_id, *_WAY[:steps])
    with tenant_context(app, cedar.tenant_id):
        for act, how in _DONE_TO_IT:
            with suppress(IllegalAct):  # what may be done to it where it stands
                actions.act(order_id, act, by=cedar.program, **how)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    order = replace(order, promised_at=dt.datetime(2026, 11, 28, 18, 0, tzinfo=dt.UTC), note="no nuts")
    told = []
    for each in (app, in_parts):
        fragments.forget()
        with tenant_context(each, cedar.tenant_id):
            told.append(fragments.move(BOARDS[board], order, language))
    assert told[0] == told[1]
    assert app.jinja_env is not in_parts.jinja_env


def test_what_is_set_in_a_part_stays_in_it(app: Flask) -> None:
    source = 'a {% set name = "outside" %}{% include "card/_where.html" %}{{ address is defined }} {{ name }}'
    pieces = templating.InOnePiece(app.jinja_env).preprocess(source, None)
    assert "include" not in pieces and "set address" in pieces
    with app.app_context():
        fulfilment = {"fulfilment": "pickup", "customer": {}}
        told = app.jinja_env.from_string(source).render(order=fulfilment, board={"name": "kitchen"})
    assert told.endswith("False outside")


def test_what_defines_something_for_others_is_included_as_it_was(app: Flask) -> None:
    source = '{% include "shared/_scroll.html" %}'
    assert templating.InOnePiece(app.jinja_env).preprocess(source, None) == source
