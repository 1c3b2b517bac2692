"""The settings of a floor: who may save them, what is refused and how, and that everybody goes by them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from werkzeug.test import TestResponse

from ordertrack.database.channels import SETTINGS_CHANNEL
from ordertrack.database.session import db, tenant_context
from ordertrack.restaurants import operations
from ordertrack.restaurants.models import SavedOperations
from ordertrack.restaurants.operations import MOVES, Asked, OperationSettings
from ordertrack.restaurants.save import save_operations
from ordertrack.restaurants.stations import Station
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.server import notifications
from support.cast import House, Person

PAGE = "/r/hamra/settings"
AT_FIRST = {
    OrderStatus.READY: 5,
    OrderStatus.DELIVERING: 5,
    OrderStatus.COMPLETED: 3,
    OrderStatus.CANCELLED: 3,
}


def form(**changes: str) -> dict[str, str]:
    """What the browser sends of a page that nobody has changed, with these fields changed."""
    sent = {f"undo-{status}": str(AT_FIRST.get(status, 0)) for status in MOVES}
    return (
        sent
        | {"rest_after": "5", "arabic_digits": "0", "recall_within": "10"}
        | {name.replace("__", "-"): v for name, v in changes.items()}
    )


def station(row: int, name: str, dishes: str) -> dict[str, str]:
    return {f"station-{row}-name": name, f"station-{row}-dishes": dishes}


def sentence_at(answer: TestResponse, field: str) -> str:
    """What the page says beside a field, which points to it."""
    found = re.search(rf'id="problem-{field}">(.*?)</p>', answer.text, re.DOTALL)
    assert found is not None, (field, answer.text)
    return unescape(found[1])


def shown(answer: TestResponse) -> str:
    """Its words, without the marks that keep names of another direction apart."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>|[\u2066-\u2069]", " ", answer.text))).replace(
        " :", ":"
    )


@pytest.fixture
def held(app: Flask, cedar: House, hamra: uuid.UUID) -> Callable[[], OperationSettings]:
    """Hamra's settings as they are in the database."""

    def read() -> OperationSettings:
        with tenant_context(app, cedar.tenant_id):
            found = operations.read(cedar.tenant_id, hamra)
            assert found is not None
            return found

    return read


def test_a_restaurant_begins_with_seconds_for_what_cannot_be_put_right_and_without_stations(
    held: Callable[[], OperationSettings], hamra: uuid.UUID
) -> None:
    first = held()
    assert first == OperationSettings(hamra)
    assert {status: first.undo_for(status) for status in OrderStatus if first.undo_for(status)} == AT_FIRST
    assert (first.rest_after, first.arabic_digits, first.stations, first.version) == (300, False, (), 0)
    assert first.station_of("Kebab") is None


@pytest.mark.parametrize("who", ["nour", "karim"])
def test_kitchen_and_dispatch_neither_see_nor_save_them(
    cedar: House, sign_in: Callable[[Person], FlaskClient], held: Callable[[], OperationSettings], who: str
) -> None:
    client = sign_in(getattr(cedar, who))
    answers = [client.get(PAGE), client.post(PAGE, data=form(rest_after="9"))]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert held().version == 0


def test_another_tenants_restaurant_is_404(maya: FlaskClient, rival: House) -> None:
    assert maya.get("/r/verdun/settings").status_code == 404
    assert maya.post("/r/verdun/settings", data=form()).status_code == 404


def test_what_is_saved_holds_and_stands_there_and_in_the_history(
    maya: FlaskClient, held: Callable[[], OperationSettings]
) -> None:
    stations = station(0, "Grill", "kebab\r\nshish taouk, kafta\r\nkebab\r\n") | station(
        4, "بارد", "فتوش، تبولة"
    )
    answer = maya.post(PAGE, data=form(undo__cancelled="10", rest_after="٢٠", arabic_digits="1") | stations)
    assert (answer.status_code, answer.location) == (302, PAGE)
    saved = held()
    assert saved.stations == (
        Station("Grill", ("kebab", "shish taouk", "kafta")),
        Station("بارد", ("فتوش", "تبولة")),
    )
    assert (saved.undo_for(OrderStatus.CANCELLED), saved.undo_for(OrderStatus.COMPLETED)) == (10, 3)
    assert (saved.rest_after, saved.arabic_digits, saved.version) == (1200, True, 1)
    page = maya.get(PAGE)
    assert 'name="undo-cancelled" type="text" value="10"' in page.text
    for said in (
        "Undo of “Cancel”: 10 s",
        "asks for a PIN again after 20 min",
        "Station Grill: kebab, shish taouk, kafta",
        "Maya",
    ):
        assert said in shown(page)
    maya.post(
        PAGE,
        data=form(undo__cancelled="10", rest_after="20", arabic_digits="1") | station(0, "Grill", "kebab"),
    )
    again = shown(maya.get(PAGE))
    assert "Station بارد: removed" in again and "Station Grill: kebab" in again
    assert again.count("Undo of “Cancel”") == 1  # the second version says only what it changed


def test_saving_what_holds_already_says_so_and_adds_nothing(
    maya: FlaskClient, held: Callable[[], OperationSettings]
) -> None:
    answer = maya.post(PAGE, data=form(), follow_redirects=True)
    assert "Nothing was changed" in answer.text
    assert held().version == 0


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("undo-completed", "31"),
        ("undo-ready", "-1"),
        ("undo-ready", ""),
        ("undo-ready", "three"),
        ("undo-ready", "9" * 300),
        ("undo-ready", "²"),
        ("rest_after", "0"),
        ("rest_after", "241"),
        ("rest_after", "5.5"),
        ("rest_after", "\0"),
        ("arabic_digits", "2"),
        ("recall_within", "61"),
        ("recall_within", "-1"),
        ("recall_within", "ten"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field_and_kept_as_it_was_typed(
    maya: FlaskClient, held: Callable[[], OperationSettings], field: str, sent: str
) -> None:
    answer = maya.post(PAGE, data=form() | {field: sent} | station(0, "Grill", "kebab\nfirst"))
    assert answer.status_code == 422
    assert sentence_at(answer, field)
    if field != "arabic_digits" and "\0" not in sent:
        assert f'name="{field}" type="text" value="{sent}"' in answer.text
    assert 'value="Grill"' in answer.text and "kebab\nfirst" in answer.text
    assert held().version == 0


@pytest.mark.parametrize(
    ("rows", "at", "said"),
    [
        (station(7, "", "kebab"), "station-7", "name of 1 to 30"),
        (station(7, "x" * 31, "kebab"), "station-7", "name of 1 to 30"),
        (station(7, "Gr\u202eill", "kebab"), "station-7", "name of 1 to 30"),
        (station(0, "Grill", "a") | station(9, "GRÍLL", "b"), "station-9", "Another station"),
        (station(0, "Grill", "kebab") | station(3, "Cold", "Kébab"), "station-3", "stands at Grill too"),
        (station(2, "Grill", "🍕"), "station-2", "no letter or digit"),
        (station(2, "Grill", "k" * 61), "station-2", "up to 60"),
        (station(2, "Grill", "\n".join(f"dish {n}" for n in range(101))), "station-2", "100 dish words"),
        (
            {k: v for n in range(21) for k, v in station(n, f"Station {n}", f"dish{n}").items()},
            "stations",
            "20 stations",
        ),
    ],
)
def test_stations_that_cannot_be_are_refused_where_they_stand(
    maya: FlaskClient, held: Callable[[], OperationSettings], rows: dict[str, str], at: str, said: str
) -> None:
    answer = maya.post(PAGE, data=form() | rows)
    assert answer.status_code == 422
    assert said in sentence_at(answer, at)
    assert held().version == 0


def test_reasons_that_boards_offer_are_kept_one_a_line_and_told_in_the_history(
    maya: FlaskClient, held: Callable[[], OperationSettings]
) -> None:
    typed = {"reasons-recall": "Cold \n\nCold\nToo salty", "reasons-cancel": "No gas", "recall_within": "5"}
    assert maya.post(PAGE, data=form() | typed).status_code == 302
    assert held().reasons == {Asked.RECALL: ("Cold", "Too salty"), Asked.CANCEL: ("No gas",)}
    assert held().recall_within == 300
    page = shown(maya.get(PAGE))
    assert "Reasons to recall: Cold, Too salty" in page and "The kitchen recalls within 5 min" in page
    assert maya.post(PAGE, data=form()).status_code == 302
    assert "Reasons to cancel: the usual ones" in shown(maya.get(PAGE))


@pytest.mark.parametrize("text", ["\n".join(f"reason {n}" for n in range(9)), "x" * 61, "a\u202eb"])
def test_reasons_that_cannot_be_offered_are_refused_where_they_stand(
    maya: FlaskClient, held: Callable[[], OperationSettings], text: str
) -> None:
    answer = maya.post(PAGE, data=form() | {"reasons-came_back": text})
    assert answer.status_code == 422
    assert sentence_at(answer, "reasons-came_back")
    assert held().version == 0


def test_who_saves_without_having_seen_what_a_colleague_saved_is_told(
    maya: FlaskClient, held: Callable[[], OperationSettings]
) -> None:
    assert maya.post(PAGE, data=form(rest_after="6", seen="0")).status_code == 302
    late = maya.post(PAGE, data=form(rest_after="7", seen="0"))
    assert late.status_code == 422 and "Somebody else saved" in sentence_at(late, "seen")
    assert 'name="rest_after" type="text" value="7"' in late.text and 'name="seen" value="1"' in late.text
    assert held().rest_after == 360
    assert maya.post(PAGE, data=form(rest_after="7", seen="1")).status_code == 302
    assert held().rest_after == 420


def test_the_page_shows_where_dishes_go_and_first_those_that_go_nowhere(
    maya: FlaskClient, cedar: House, place: Callable[..., uuid.UUID], held: Callable[[], OperationSettings]
) -> None:
    place(cedar)
    assert "2 dishes have no station" in shown(maya.get(PAGE))
    looked = maya.post(PAGE, data=form() | station(0, "Grill", "kebab") | {"look": "1"})
    assert looked.status_code == 200
    said = shown(looked)
    assert "1 dish has no station" in said and "Nothing is saved yet" in said
    assert said.index("Fattoush 1 ▲ none") < said.index("Kebab 2 Grill")
    assert held().version == 0


def test_a_process_goes_by_what_another_saved_as_soon_as_it_is_told(
    app: Flask, cedar: House, hamra: uuid.UUID
) -> None:
    def rest_after() -> int:
        with tenant_context(app, cedar.tenant_id):
            return operations.of_restaurant(cedar.tenant_id, hamra).rest_after

    assert rest_after() == 300
    with tenant_context(app, cedar.tenant_id):
        db.session.add(a_version(cedar, hamra, rest_after=60))
        db.session.commit()
    assert rest_after() == 300
    heard = notifications.hearing(app, app.extensions["hub"]).channels
    heard[SETTINGS_CHANNEL](f"{cedar.tenant_id}:{hamra}")
    assert rest_after() == 60


def test_one_tenant_reads_nothing_of_anothers_not_even_what_is_kept_at_hand(
    app: Flask, cedar: House, rival: House, hamra: uuid.UUID
) -> None:
    with tenant_context(app, cedar.tenant_id):
        operations.of_restaurant(cedar.tenant_id, hamra)
    with tenant_context(app, rival.tenant_id):
        for tenant_id in (cedar.tenant_id, rival.tenant_id):
            with pytest.raises(LookupError):
                operations.of_restaurant(tenant_id, hamra)
        stranger = rival.maya.principal
        with pytest.raises(LookupError):
            save_operations(OperationSettings(hamra, rest_after=60), by=stranger)


@pytest.mark.parametrize(
    "statement", ["UPDATE floor_settings SET rest_after = 60", "DELETE FROM floor_settings"]
)
def test_nobody_changes_what_was_saved_once(
    app: Flask, cedar: House, hamra: uuid.UUID, statement: str
) -> None:
    with tenant_context(app, cedar.tenant_id):
        save_operations(OperationSettings(hamra, rest_after=120), by=cedar.maya.principal)
        with pytest.raises(ProgrammingError):
            db.session.execute(text(statement))


def test_settings_that_cannot_hold_are_saved_by_no_way(app: Flask, cedar: House, hamra: uuid.UUID) -> None:
    with tenant_context(app, cedar.tenant_id), pytest.raises(UnusableSettings):
        save_operations(OperationSettings(hamra, {OrderStatus.READY: 31}), by=cedar.maya.principal)


def a_version(house: House, restaurant_id: uuid.UUID, **changes: Any) -> SavedOperations:
    held = {"undo_seconds": {}, "rest_after": 300, "arabic_digits": False, "stations": []} | changes
    return SavedOperations(
        tenant_id=house.tenant_id, restaurant_id=restaurant_id, version=1, saved_by="Maya", actor="x", **held
    )
