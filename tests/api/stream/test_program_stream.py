"""The stream for programs: every event once and in order, whatever happens to the connection."""

from __future__ import annotations

import pytest

from api.api_caller import Caller, assert_problem
from api.stream.frame_reader import FrameReader
from ordertrack import create_app
from ordertrack.api.stream import ProgramStream
from ordertrack.database.session import db, tenant_context
from ordertrack.live import feed, replays
from ordertrack.live.topics import Topic
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.streams import sse
from ordertrack.tenants.principal import Principal


@pytest.fixture(scope="module")
def live_app(settings):
    """An application whose listener runs."""
    made = create_app(settings)
    sse.start(made)
    yield made
    sse.stop(made)
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def cedars(live_app, cedar):
    yield Caller(live_app, cedar)
    end_streams(live_app, cedar)


@pytest.fixture
def rivals(live_app, rival):
    yield Caller(live_app, rival)
    end_streams(live_app, rival)


def end_streams(app, house):
    app.extensions["hub"].revoke(house.program.actor)


def outlive_streams(app):
    """End every stream as if its time were over."""
    hub = app.extensions["hub"]
    for subscription in hub._subscriptions():
        subscription.ends_at = 0
    hub.pulse()


def watch(caller, query="", last_event_id=None):
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    return FrameReader(caller.get(f"/stream{query}", headers=headers))


def fed(caller):
    """What the feed says, as (cursor, order, status)."""
    events, after = [], ""
    while items := (answer := caller.get(f"/events?limit=200&after={after}").json)["items"]:
        events += items
        after = answer["next"]
    return [(event["cursor"], event["order_id"], event["status"]) for event in events]


def told(frames):
    assert {frame.event for frame in frames} <= {"status_update"}
    return [(frame.id, frame.json["order_id"], frame.json["status"]) for frame in frames]


def test_a_message_says_what_the_contract_promises(cedars):
    stream = watch(cedars)
    order = cedars.place(metadata={"note": "عند الباب\u2028two"})
    cedars.move(order["id"], "confirmed")
    created, confirmed = stream.take(2)
    first, second = cedars.get(f"/orders/{order['id']}/events").json["items"]
    assert (created.event, created.id) == ("status_update", first["cursor"])
    assert created.json == {
        "order_id": order["id"],
        "status": "pending",
        "updated_at": first["occurred_at"],
        "from": None,
        "number": order["number"],
        "restaurant": "hamra",
        "changed_by": "Till",
        "metadata": {"note": "عند الباب\u2028two"},
    }
    assert (confirmed.id, confirmed.json["from"]) == (second["cursor"], "pending")


def test_without_a_cursor_it_begins_now(cedars):
    cedars.place()
    stream = watch(cedars)
    order = cedars.place()
    assert stream.next().json["order_id"] == order["id"]


def test_every_event_comes_once_and_in_order_across_a_disconnect(live_app, cedars):
    stream = watch(cedars)
    orders = [cedars.place()["id"] for _ in range(3)]
    cedars.move(orders[0], "confirmed", "preparing")
    before = stream.take(5)
    outlive_streams(live_app)
    assert stream.rest() == []
    cedars.move(orders[1], "confirmed", "cancelled")
    stream = watch(cedars, last_event_id=before[-1].id)
    cedars.move(orders[2], "confirmed")
    assert told([*before, *stream.take(3)]) == fed(cedars)


def test_last_event_id_goes_before_after(cedars):
    cedars.place()
    start = fed(cedars)[0][0]
    order = cedars.place()
    stream = watch(cedars, f"?after={start.split('-')[0]}-0", last_event_id=start)
    assert stream.next().json["order_id"] == order["id"]


def test_after_resumes_from_any_position_of_the_log(cedars):
    order = cedars.place()
    cedars.move(order["id"], "confirmed", "preparing", "ready")
    log = fed(cedars)
    origin = log[0][0].split("-")[0] + "-0"
    assert told(watch(cedars, f"?after={origin}").take(4)) == log
    assert told(watch(cedars, f"?after={log[1][0]}").take(2)) == log[2:]


def test_far_behind_means_many_messages_and_no_reset(cedars, monkeypatch):
    for module in (feed, replays):
        monkeypatch.setattr(module, "WINDOW", 8)
        monkeypatch.setattr(module, "PAGE", 5)
    origin = cedars.get("/events").json["next"]
    for _ in range(12):
        cedars.move(cedars.place()["id"], "confirmed", "preparing")
    stream = watch(cedars, f"?after={origin}")
    cedars.place()
    assert told(stream.take(37)) == fed(cedars)


@pytest.mark.parametrize("restaurant", ["hamra", "jounieh"])
def test_a_restaurants_stream_tells_of_its_orders_only(cedars, restaurant):
    stream = watch(cedars, f"?restaurant={restaurant}")
    orders = {place: cedars.place(restaurant=place)["id"] for place in ("hamra", "jounieh", "hamra")}
    for order_id in orders.values():
        cedars.move(order_id, "confirmed")
    wanted = [
        entry for entry in fed(cedars) if cedars.get(f"/orders/{entry[1]}").json["restaurant"] == restaurant
    ]
    assert told(stream.take(len(wanted))) == wanted


def test_an_orders_stream_tells_of_it_only_live_and_from_the_log(cedars):
    watched, other = cedars.place()["id"], cedars.place()["id"]
    origin = fed(cedars)[0][0]
    stream = watch(cedars, f"?restaurant=hamra&order={watched}")
    for order_id in (other, watched):
        cedars.move(order_id, "confirmed", "preparing")
    wanted = [entry for entry in fed(cedars) if entry[1] == watched][1:]
    assert told(stream.take(2)) == wanted
    assert told(watch(cedars, f"?order={watched}&after={origin}").take(2)) == wanted


@pytest.mark.parametrize("cursor", ["nonsense", "1-1", "{epoch}-999999", "%00"])
def test_an_unusable_cursor_gets_a_reset_with_the_current_one_then_goes_on(cedars, cursor):
    cedars.place()
    head = cedars.get("/events").json["next"]
    stream = watch(cedars, "?after=" + cursor.format(epoch=head.split("-")[0]))
    reset = stream.next()
    assert (reset.event, reset.id, reset.json) == ("reset", head, {"cursor": head})
    order = cedars.place()
    assert stream.next().json["order_id"] == order["id"]


def test_a_filter_on_nothing_is_404(cedars, rivals):
    order, other = cedars.place(), rivals.place()
    assert_problem(cedars.get("/stream?restaurant=verdun"), 404)
    assert_problem(cedars.get(f"/stream?order={other['id']}"), 404)
    assert_problem(cedars.get(f"/stream?restaurant=jounieh&order={order['id']}"), 404)
    assert_problem(cedars.get("/stream?order=7"), 400)
    assert_problem(cedars.get("/stream?oder=7"), 400)


def test_rival_sees_nothing_of_cedar(cedars, rivals):
    stream = watch(rivals)
    order = cedars.place()
    cedars.move(order["id"], "confirmed")
    foreign = watch(rivals, f"?after={cedars.get('/events').json['next']}")
    own = rivals.place()
    assert stream.next().json["order_id"] == own["id"]
    reset, first = foreign.take(2)
    assert reset.event == "reset" and first.json["order_id"] == own["id"]


def test_what_staff_do_is_told_with_their_name(live_app, cedars):
    order = cedars.place()
    stream = watch(cedars)
    with tenant_context(live_app, cedars.house.tenant_id):
        transitions.advance(order["id"], OrderStatus.CONFIRMED, by=cedars.house.nour.principal)
    assert stream.next().json["changed_by"] == "Nour"


def test_only_keys_may_watch(cedar):
    channel, topic = ProgramStream(), Topic(cedar.tenant_id, ProgramStream.name, "")
    customer = Principal(cedar.tenant_id, "customer:7", "Customer")
    assert channel.admits(cedar.program, topic)
    assert not channel.admits(customer, topic)
    assert not channel.admits(cedar.maya.principal, topic)
