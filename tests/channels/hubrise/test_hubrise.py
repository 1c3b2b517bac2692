"""Cedar and HubRise, from a call to the board and from a tap to HubRise, whatever its habits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from channels.hubrise.connected import Connected
from channels.hubrise.peer import SECRET, TOKEN
from channels.hubrise.told import item, option, order, payment
from ordertrack.channels.hubrise import transport
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.following.jobs import Again, Done, Failed
from ordertrack.orders.moving import transitions
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import cache, rule_sets
from ordertrack.rules.state_machine import OrderStatus, RuleSet
from ordertrack.sla.measure.log_reading import LogReader
from support.cast import House

State = dict[str, Any]


def placed(connected: Connected, **fields: Any) -> State:
    """An order that HubRise has called with."""
    state = order(**fields)
    assert connected.call(connected.hubrise.place(state)) == 200
    return state


def patched(connected: Connected, state: State, **fields: Any) -> None:
    """Somebody else changed it at HubRise, which has called with that."""
    assert connected.call(connected.hubrise.patch(state["id"], **fields)) == 200


def here(connected: Connected, state: State) -> OrderRecord:
    found = connected.order(state["id"])
    assert found is not None
    return found


def lines(connected: Connected, state: State) -> list[tuple[str, int]]:
    return [(line.name, line.quantity) for line in here(connected, state).lines]


def tap(connected: Connected, state: State, *way: OrderStatus) -> None:
    for to in way:
        by = connected.house.maya.principal
        transitions.advance(here(connected, state).id, to, by=by, reason="Nobody was there")


def test_a_call_makes_an_order_of_its_restaurant_once(connected: Connected) -> None:
    state = order(location_id="cedar-2", service_type="delivery", collection_code="K42", total="9.00 EUR")
    notified = connected.hubrise.place(state)
    assert [connected.call(notified) for _ in range(3)] == [200, 200, 200]
    found = here(connected, state)
    assert (found.restaurant, found.status, found.reference) == ("jounieh", OrderStatus.PENDING, "K42")
    assert found.amounts == {"currency": "EUR", "total": 900, "to_collect": 900}
    assert found.channel == "Bring It"
    assert [outcome for outcome, _ in connected.became()] == ["done", "nothing", "nothing"]


def test_what_hubrise_says_later_changes_the_order(connected: Connected) -> None:
    soup, tea = item("Soup"), item("Tea", options=[option("Mint")])
    state = placed(connected, items=[soup, tea])
    patched(
        connected,
        state,
        items=[{"id": soup["id"], "deleted": True}, item("Lentils", "2")],
        collection_code="K43",
        payments=[payment("4.00 EUR")],
    )
    assert lines(connected, state) == [("Tea", 1), ("Lentils", 2)]
    found = here(connected, state)
    assert (found.reference, found.to_collect) == ("K43", 500)


def test_events_that_come_the_wrong_way_round_twice_or_late_end_the_same(connected: Connected) -> None:
    soup = item("Soup")
    state = order(items=[soup, item("Tea")])
    created = connected.hubrise.place(state)
    accepted = connected.hubrise.patch(state["id"], status="accepted")
    removed = connected.hubrise.patch(state["id"], items=[{"id": soup["id"], "deleted": True}])
    for notified in (removed, created, accepted, removed, created):
        assert connected.call(notified) == 200
    assert lines(connected, state) == [("Tea", 1)]
    assert here(connected, state).status == OrderStatus.CONFIRMED


def test_where_it_skips_steps_the_order_is_walked_and_nobody_takes_that_for_times(
    connected: Connected,
) -> None:
    state = placed(connected, service_type="delivery")
    patched(connected, state, status="in_delivery")
    found = here(connected, state)
    assert [(step.status.value, step.is_timed) for step in found.steps] == [
        ("pending", True),
        ("confirmed", False),
        ("preparing", False),
        ("ready", False),
        ("delivering", True),
    ]
    read = LogReader(found.tenant_id, [found.restaurant_id]).between(0, 1000)
    assert read["is_walked"].tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("status", ["cancelled", "rejected"])
def test_what_is_called_off_there_is_cancelled_here_however_bent_the_rest_of_it(
    connected: Connected, status: str
) -> None:
    state = placed(connected)
    patched(connected, state, status=status, total="free of charge")
    assert here(connected, state).status == OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("rule_set", "status"),
    [(RuleSet.EXTENDED, OrderStatus.READY), (RuleSet.STRICT, OrderStatus.DELIVERING)],
)
def test_what_could_not_be_delivered_comes_back_if_the_rules_know_that_and_else_somebody_is_told(
    connected: Connected, rule_set: RuleSet, status: OrderStatus
) -> None:
    rule_sets.choose(rule_set, by=connected.house.maya.principal)
    state = placed(connected, service_type="delivery")
    patched(connected, state, status="in_delivery")
    patched(connected, state, status="delivery_failed")
    found = here(connected, state)
    assert found.status == status
    outcome, why = connected.became()[-1]
    if rule_set == RuleSet.EXTENDED:
        assert outcome == "done"
    else:
        assert outcome == "refused"
        assert why == "An order that is delivering cannot become cancelled; it can become completed."


def test_an_item_too_late_for_the_kitchen_is_refused_once_and_the_order_goes_on(connected: Connected) -> None:
    state = placed(connected)
    patched(connected, state, status="awaiting_collection")
    patched(connected, state, items=[item("Baklava")])
    outcome, why = connected.became()[-1]
    assert outcome == "refused" and "takes no more lines" in why
    patched(connected, state, status="completed")
    assert here(connected, state).status == OrderStatus.COMPLETED


def test_what_is_not_signed_is_kept_refused_and_left_with_hubrise_to_be_asked_for(
    connected: Connected,
) -> None:
    state = order()
    notified = connected.hubrise.place(state)
    assert connected.call(notified, secret="mistyped") == 503
    assert connected.order(state["id"]) is None
    assert connected.became() == [
        ("refused", "Not signed with the client secret: check it in HubRise and here.")
    ]
    connected.ask()
    assert here(connected, state).status == OrderStatus.PENDING
    assert connected.hubrise.events == {}, "what is kept is acknowledged"


def test_bent_events_are_answered_and_say_what_is_wrong(connected: Connected) -> None:
    bent = [
        ({"items": []}, "There is nothing to prepare: all items were removed."),
        ({"location_id": "rival-1"}, "No restaurant of this connection is called “rival-1” there."),
        ({"expected_time": "2031-01-01T20:00:00+01:00"}, "promised_at must lie between"),
        ({"status": "teleported"}, "“status” is teleported, which HubRise does not have."),
    ]
    for fields, _ in bent:
        assert connected.call(connected.hubrise.place(order(**fields))) == 200
    for (outcome, why), (_, sentence) in zip(connected.became(), bent, strict=True):
        assert outcome == "refused" and why.startswith(sentence)


def test_an_order_that_comes_hours_late_is_made_without_the_time_that_is_past(connected: Connected) -> None:
    state = placed(connected, expected_time="2026-01-01T20:00:00+01:00")
    assert here(connected, state).promised_at is None
    patched(connected, state, status="accepted")
    assert here(connected, state).status == OrderStatus.CONFIRMED


def test_events_are_asked_for_page_by_page_kept_and_deleted_there(connected: Connected) -> None:
    connected.hubrise.page = 10
    states = [order(items=[item("Tea")]) for _ in range(25)]
    for state in states:
        connected.hubrise.place(state)
    connected.ask()
    assert all(connected.order(state["id"]) for state in states)
    assert connected.hubrise.events == {}
    assert connected.row.failing_since is None


def test_one_event_that_cannot_be_had_holds_up_no_other_and_is_had_later(connected: Connected) -> None:
    first, *others = [connected.hubrise.place(order()) for _ in range(3)]
    connected.hubrise.habits = [(f"GET /callback/events/{first['id']}", 500)]
    connected.ask()
    assert list(connected.hubrise.events) == [first["id"]]
    assert all(connected.order(each["order_id"]) for each in others)
    assert connected.row.failing_since is not None
    connected.ask()
    assert connected.order(first["order_id"]) and connected.row.failing_since is None


@pytest.mark.parametrize("habit", [500, 429, 401, "drop", "huge", "hang"])
def test_whatever_hubrise_answers_to_being_asked_nothing_is_lost(
    connected: Connected, habit: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SECONDS", 0.5)
    state = order()
    connected.hubrise.place(state)
    connected.hubrise.habits = [("GET /callback/events", habit)]
    connected.ask()
    assert connected.row.failure is not None
    connected.ask()
    assert here(connected, state) and connected.row.failure is None


def test_an_event_too_large_to_read_says_so_and_is_asked_for_no_more(connected: Connected) -> None:
    connected.hubrise.place(order(customer_notes="x" * 1_200_000))
    connected.ask()
    assert connected.became() == [("refused", "The event came without the order that it tells of.")]
    assert connected.hubrise.events == {}


def test_hubrise_is_told_each_move_in_order_and_not_what_it_said_itself(connected: Connected) -> None:
    state = placed(connected, service_type="delivery")
    patched(connected, state, status="accepted")
    tap(connected, state, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING)
    patched(connected, state, status="completed")
    assert [type(each) for each in connected.tell()] == [Done, Done, Done, Done]
    assert connected.hubrise.told == [], "it is over there: nothing brings it back"

    other = placed(connected)
    tap(connected, other, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    connected.tell()
    told = [(other["id"], status) for status in ("accepted", "in_preparation", "awaiting_collection")]
    assert connected.hubrise.told == told


def test_hubrise_knows_that_an_order_was_received_while_nobody_has_accepted_it(connected: Connected) -> None:
    fresh = placed(connected)
    placed(connected, status="accepted")
    connected.tell()
    assert connected.hubrise.told == [(fresh["id"], "received")]


def test_what_hubrise_had_further_is_not_sent_back(connected: Connected) -> None:
    state = placed(connected)
    tap(connected, state, OrderStatus.CONFIRMED)
    patched(connected, state, status="awaiting_collection")
    connected.tell()
    assert connected.hubrise.told == []


def test_what_came_back_or_was_recalled_is_told_and_what_follows_too(connected: Connected) -> None:
    rule_sets.choose(RuleSet.EXTENDED, by=connected.house.maya.principal)
    state = placed(connected, service_type="delivery")
    patched(connected, state, status="in_delivery")
    tap(connected, state, OrderStatus.READY, OrderStatus.DELIVERING, OrderStatus.CANCELLED)
    connected.tell()
    assert [status for _, status in connected.hubrise.told] == ["delivery_failed", "in_delivery", "cancelled"]


@pytest.mark.parametrize(
    ("habit", "outcome"),
    [(500, Again), (429, Again), (401, Again), ("drop", Again), (422, Failed), (404, Failed)],
)
def test_whether_it_is_told_again_depends_on_the_answer(
    connected: Connected, habit: int | str, outcome: type
) -> None:
    state = placed(connected)
    tap(connected, state, OrderStatus.CONFIRMED)
    connected.hubrise.habits = [("PATCH /", habit)]
    _arrival, done = connected.tell()
    assert isinstance(done, outcome)
    if habit == 429:
        assert isinstance(done, Again) and done.after_seconds == 45, "as it asked"


def test_hubrise_is_had_to_note_events_and_to_call_where_the_house_is_called(
    connected: Connected, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.hubrise.callback = {"url": None, "events": {}}
    connected.ask()
    noted = {"order": ["create", "update"]}
    assert connected.hubrise.callback == {"url": None, "events": noted}
    public = replace(settings, public_url="https://cedar.example")
    monkeypatch.setitem(connected.app.config, "SETTINGS", public)
    connected.ask()
    assert connected.hubrise.callback == {
        "url": f"https://cedar.example{connected.address}",
        "events": noted,
    }
    asked = connected.hubrise.asked.count("GET /callback")
    connected.ask()
    assert connected.hubrise.asked.count("GET /callback") == asked, "not each time"


def test_a_manager_connects_it_on_its_page_in_three_languages(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    for language, label in (("en", "Access token"), ("fr", "Jeton d’accès"), ("ar", "رمز الوصول")):
        maya.set_cookie("language", language)
        page = maya.get("/channels/new/hubrise").text
        assert label in page and "CASH, CSH" in page
    with tenant_context(app, cedar.tenant_id):
        hamra = next(each.id for each in cache.of_tenant(cedar.tenant_id) if each.slug == "hamra")
    form = {"name": "HubRise", "restaurant": str(hamra), f"branch-{hamra}": "cedar-1", "collected": "CSH"}
    answer = maya.post("/channels/new/hubrise", data=form | {"token": "", "client_secret": ""})
    assert answer.status_code == 422
    assert 'id="problem-token"' in answer.text and 'id="problem-client_secret"' in answer.text
    answer = maya.post("/channels/new/hubrise", data=form | {"token": TOKEN, "client_secret": SECRET})
    assert answer.status_code == 303
    page = maya.get(answer.location).text
    assert "/channels/" in page and TOKEN not in page and SECRET not in page
