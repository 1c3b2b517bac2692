"""A stream tells a key of its restaurants only, live, caught up and replayed; the hub refuses it the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.api_caller import Caller
from api.stream.frame_reader import FrameReader
from ordertrack import create_app
from ordertrack.database.session import db
from ordertrack.live import feed, replays
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import NotAdmitted
from ordertrack.live.topics import Topic
from ordertrack.rules.scopes import Scope
from ordertrack.streams import handing, sse
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.principal import BoundTo
from support.recording import Recorder

SAIDA, HAMRA, JOUNIEH = RESTAURANTS = ("saida", "hamra", "jounieh")


@pytest.fixture(scope="module")
def live_app(settings):
    made = create_app(settings)
    sse.start(made)
    yield made
    sse.stop(made)
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def house(make_house):
    return make_house("Cedar", RESTAURANTS)


@pytest.fixture
def whole(live_app, house):
    yield Caller(live_app, house)
    for subscription in list(live_app.extensions["hub"]._subscriptions()):
        subscription.connection.close("shutdown")


@pytest.fixture(params=[[HAMRA], [HAMRA, JOUNIEH]], ids=["one", "several"])
def narrow(request, live_app, operator_app, whole):
    with operator_app.app_context():
        tenant = accounts.find_tenant(whole.house.slug)
        _, secret = api_keys.create_key(tenant, "Narrow", restaurants=request.param)
    return Caller(live_app, replace(whole.house, key=secret))


def seen_by(narrow):
    return [each["slug"] for each in narrow.get("/restaurants").json["items"]]


def place_everywhere(whole, narrow, times=2):
    """The orders that the narrow key is told of, of some in every restaurant."""
    placed = [(name, whole.place(restaurant=name)["id"]) for _ in range(times) for name in RESTAURANTS]
    return [order for name, order in placed if name in seen_by(narrow)]


def told(stream, count):
    return [frame.json["order_id"] for frame in stream.take(count)]


@pytest.mark.parametrize("include", ["", "include=actions"])
def test_it_is_told_of_its_own_and_of_nothing_else(whole, narrow, include):
    stream = FrameReader(narrow.get(f"/stream?{include}"))
    theirs = place_everywhere(whole, narrow)
    assert told(stream, len(theirs)) == theirs


def test_who_comes_back_gets_what_was_missed_of_its_own(whole, narrow):
    """From the window of a process that had never heard of this choice of restaurants when it read them."""
    start = whole.get("/events?limit=1").json["next"]
    everything = FrameReader(whole.get("/stream"))
    theirs = place_everywhere(whole, narrow)
    everything.take(6)
    assert told(FrameReader(narrow.get(f"/stream?after={start}")), len(theirs)) == theirs


def test_a_replay_from_far_back_is_of_its_own(whole, narrow, monkeypatch):
    monkeypatch.setattr(feed, "WINDOW", 4)
    monkeypatch.setattr(replays, "WINDOW", 4)
    start = whole.get("/events?limit=1").json["next"]
    theirs = place_everywhere(whole, narrow, times=4)
    assert told(FrameReader(narrow.get(f"/stream?after={start}")), len(theirs)) == theirs


def test_it_may_choose_one_of_its_own(whole, narrow):
    stream = FrameReader(narrow.get(f"/stream?restaurant={HAMRA}"))
    placed = {name: whole.place(restaurant=name)["id"] for name in RESTAURANTS}
    whole.move(placed[HAMRA], "confirmed")
    assert told(stream, 2) == [placed[HAMRA]] * 2


def test_the_hub_refuses_what_the_key_is_not_for_whatever_the_web_layer_let_through(live_app, whole):
    hub, order = live_app.extensions["hub"], whole.place(restaurant=SAIDA)["id"]
    program = whole.house.program
    bound = replace(program, restaurants=(BoundTo(program.tenant_id, HAMRA),))
    nowhere, no_events = replace(program, restaurants=()), replace(program, scopes={Scope.ORDERS_READ})
    keys = [
        "",
        f"restaurants:{SAIDA}",
        f"restaurants:{HAMRA},{SAIDA}",
        f"order:{SAIDA}:{order}",
        "restaurants:",
    ]
    for key in [*keys, *(f"actions|{key}" for key in keys)]:
        for watcher in (bound, nowhere, no_events):
            with pytest.raises(NotAdmitted):
                hub.attach(watcher, Topic(program.tenant_id, "program", key), None, Recorder)
    hub.attach(bound, Topic(program.tenant_id, "program", f"restaurants:{HAMRA}"), None, Recorder)


def test_what_a_key_is_for_goes_along_when_its_stream_is_handed_over(whole):
    program = whole.house.program
    bound = replace(
        program, restaurants=(BoundTo(program.tenant_id, HAMRA),), scopes=frozenset({Scope.EVENTS_READ})
    )
    stream = handing.Handed(bound, Topic(program.tenant_id, "program", ""), Cursor(1, 2), [], "", "id")
    assert handing.read(handing.written(stream)) == stream
