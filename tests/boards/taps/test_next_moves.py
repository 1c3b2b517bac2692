"""The table that a board goes by while it cannot ask: the state machine's moves, in the page's words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boards.tap_steps import set_undo
from ordertrack.boards.columns import BOARDS
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, allowed
from support.cast import House, Person

SignIn = Callable[[Person], FlaskClient]


def table_of(client: FlaskClient, board: str) -> Any:
    found = re.search(r'id="moves">(.*?)</script>', client.get(f"/r/hamra/{board}").text)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("board", list(BOARDS))
def test_it_offers_what_the_board_may_do_and_never_cancelling(
    cedar: House, sign_in: SignIn, board: str
) -> None:
    table = table_of(sign_in(cedar.maya), board)
    for fulfilment in Fulfilment:
        for status in OrderStatus:
            offered = [move["to"] for move in table[fulfilment].get(status, [])]
            may = allowed(status, fulfilment, BOARDS[board].role)
            assert offered == [to for to in may if to is not OrderStatus.CANCELLED]


def test_it_speaks_the_pages_language_and_knows_the_restaurants_undo(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    set_undo(app, cedar, {OrderStatus.DELIVERING: 4})
    client = sign_in(cedar.karim)
    assert table_of(client, "dispatch")["delivery"]["ready"] == [
        {"to": "delivering", "label": "Send out", "undo": 4, "lines": False},
        {"to": "completed", "label": "Delivered", "undo": 0, "lines": False},
    ]
    client.set_cookie("language", "fr")
    assert table_of(client, "dispatch")["pickup"]["ready"][0]["label"] != "Handed over"
