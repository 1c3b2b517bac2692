"""Dispatch and managers say that a restaurant is busy or paused; the kitchen does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from support.cast import House, Person

Sign = Callable[[Person], FlaskClient]
PAGE = "/r/hamra/pace"


@pytest.mark.parametrize("who", ["karim", "maya"])
def test_who_says_it_reads_it_there_and_on_the_board(cedar: House, sign_in: Sign, who: str) -> None:
    client = sign_in(getattr(cedar, who))
    assert "Open as usual" in client.get(PAGE).text
    later = dt.datetime.now(ZoneInfo("Asia/Beirut")) + dt.timedelta(hours=1)
    form = {"state": "paused", "until": f"{later:%Y-%m-%dT%H:%M}", "seen": "0"}
    assert client.post(PAGE, data=form).status_code == 303
    page = client.get(PAGE).text
    assert "Paused: new orders are refused" in page
    assert f"{later:%H:%M}" in page
    assert "Paused: new orders are refused" in client.get("/r/hamra/dispatch").text


def test_what_cannot_be_read_is_said_and_nothing_is_saved(cedar: House, sign_in: Sign) -> None:
    client = sign_in(cedar.karim)
    for form in (
        {"state": "closed"},
        {"state": "busy", "minutes": "many"},
        {"state": "busy", "minutes": "0"},
        {"state": "paused", "until": "tomorrow"},
        {"state": "paused", "until": "2001-01-01T10:00"},
    ):
        answer = client.post(PAGE, data=form | {"seen": "0"})
        assert answer.status_code == 422
        assert "Nothing was saved" in answer.text
    assert "Open as usual" in client.get(PAGE).text


def test_who_is_overtaken_is_told(cedar: House, sign_in: Sign) -> None:
    client = sign_in(cedar.karim)
    client.post(PAGE, data={"state": "busy", "minutes": "10", "seen": "0"})
    answer = client.post(PAGE, data={"state": "paused", "seen": "0"})
    assert answer.status_code == 422
    assert "Somebody else changed this meanwhile" in answer.text


def test_the_kitchen_is_not_asked(cedar: House, sign_in: Sign) -> None:
    client = sign_in(cedar.nour)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, data={"state": "paused", "seen": "0"}).status_code == 403
