"""What is notified reaches those whom it concerns: settings all who show them, new figures the report."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping

import pytest
from flask import Flask
from sqlalchemy import func, update

from menu.menus import save as save_menu
from ordertrack.boards.columns import BOARDS, KITCHEN
from ordertrack.database.channels import (
    EVENTS_CHANNEL,
    LEARNED_CHANNEL,
    MENU_CHANNEL,
    ROLLUP_CHANNEL,
    SETTINGS_CHANNEL,
)
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.i18n.topic_keys import key_of
from ordertrack.i18n.translate import TAGS
from ordertrack.live.hub import Hub, NotAdmitted
from ordertrack.live.listener import Hear, MalformedPayload
from ordertrack.live.topics import Topic
from ordertrack.menu import sold_out
from ordertrack.menu.models import MenuHead
from ordertrack.restaurants import cache, save, versioned
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.server import notifications
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.report.channel import CHANNEL as SLA
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House, Person
from support.houses.estimates import learn, unlearn
from support.recording import Recorder
from support.server import wait_for

Watch = Callable[..., Recorder]


@pytest.fixture
def hub(app: Flask) -> Iterator[Hub]:
    """The hub of this process, whose listener is not started: the test is what it hears."""
    yield app.extensions["hub"]
    for subscription in list(app.extensions["hub"]._subscriptions()):
        subscription.connection.close("gone")


@pytest.fixture
def heard(app: Flask, hub: Hub) -> Mapping[str, Hear]:
    return notifications.hearing(app, hub).channels


@pytest.fixture
def watch(app: Flask, hub: Hub) -> Watch:
    def attach(house: House, channel: str, key: str, by: Person | Principal | None = None) -> Recorder:
        recorder = Recorder()
        who = by or house.maya
        watcher = who.principal if isinstance(who, Person) else who
        hub.attach(watcher, Topic(house.tenant_id, channel, key), None, lambda: recorder)
        return recorder

    return attach


def restaurant_of(app: Flask, house: House, slug: str) -> uuid.UUID:
    with tenant_context(app, house.tenant_id):
        restaurant = find_restaurant(house.tenant_id, slug)
        assert restaurant is not None
        return restaurant.id


def save_target(app: Flask, house: House, restaurant_id: uuid.UUID) -> None:
    """As another process would: what this one has read already it keeps."""
    with tenant_context(app, house.tenant_id):
        found = cache.of_restaurant(house.tenant_id, restaurant_id)
        today = found.calendar.day_of(dt.datetime.now(dt.UTC))
        kept = dict(versioned._kept._values)
        save.save_target(restaurant_id, Target(Stage.ACCEPT, None, today, 600), by=house.maya.principal)
        versioned._kept._values.update(kept)


def late_moments(recorder: Recorder) -> bool:
    return "data-late-at" in recorder.frames[-1].data


def test_saved_settings_are_told_to_every_screen_that_shows_them_and_to_no_other(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], heard: Mapping[str, Hear], watch: Watch
) -> None:
    hamra, jounieh = (restaurant_of(app, cedar, slug) for slug in cedar.restaurants)
    order_id = place(cedar)
    guest = Principal(cedar.tenant_id, f"customer:{order_id}", "Guest")
    concerned = [
        *(watch(cedar, board, key_of(hamra, TAGS[n % 2])) for n, board in enumerate(BOARDS)),
        watch(cedar, "tracking", key_of(order_id, "fr"), guest),
        watch(cedar, SLA.name, ""),
    ]
    other = watch(cedar, KITCHEN.name, key_of(jounieh, "en"))
    before, untouched = [len(each.frames) for each in concerned], other.written
    save_target(app, cedar, hamra)
    heard[SETTINGS_CHANNEL](f"{cedar.tenant_id}:{hamra}")
    wait_for(
        lambda: [len(each.frames) for each in concerned] == [count + 1 for count in before],
        "every screen to be told once",
    )
    assert late_moments(concerned[0])
    assert concerned[-1].frames[-1].event == "sla"
    assert other.written == untouched


def test_settings_that_were_saved_while_nobody_listened_are_shown_and_nothing_else_is_sent_again(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], hub: Hub, watch: Watch
) -> None:
    hamra, jounieh = (restaurant_of(app, cedar, slug) for slug in cedar.restaurants)
    place(cedar)
    board, report = watch(cedar, KITCHEN.name, key_of(hamra, "ar")), watch(cedar, SLA.name, "")
    other = watch(cedar, KITCHEN.name, key_of(jounieh, "en"))
    save_target(app, cedar, hamra)
    told, untouched = len(report.frames), other.written
    notifications.recover(app, hub)
    wait_for(lambda: late_moments(board) and len(report.frames) > told, "the board and the report to be told")
    assert other.written == untouched


def test_a_dish_that_is_sold_out_is_told_to_those_who_show_the_restaurants_dishes(
    app: Flask, cedar: House, heard: Mapping[str, Hear], watch: Watch
) -> None:
    hamra, jounieh = (restaurant_of(app, cedar, slug) for slug in cedar.restaurants)
    told = [watch(cedar, "menu", str(hamra)), watch(cedar, KITCHEN.name, key_of(hamra, "ar"))]
    others = [watch(cedar, "menu", str(jounieh)), watch(cedar, KITCHEN.name, key_of(jounieh, "en"))]
    before = [each.written for each in others]
    heard[MENU_CHANNEL](f"{cedar.tenant_id}:{hamra}")
    assert [each.frames[-1].event for each in told] == ["menu", "menu"]
    assert [each.written for each in others] == before
    heard[MENU_CHANNEL](f"{cedar.tenant_id}:")
    assert [each.frames[-1].event for each in others] == ["menu", "menu"]


def test_dishes_that_changed_while_nobody_listened_are_told_of_and_others_are_not(
    app: Flask, cedar: House, hub: Hub, watch: Watch
) -> None:
    save_menu(app, cedar)
    hamra, jounieh = (restaurant_of(app, cedar, slug) for slug in cedar.restaurants)
    here, there = (watch(cedar, "menu", str(each)) for each in (hamra, jounieh))
    with tenant_context(app, cedar.tenant_id):
        db.session.execute(update(MenuHead).values(changed_at=func.now() - dt.timedelta(days=1)))
        db.session.commit()
        sold_out.mark(hamra, "kebab", True, by=cedar.nour.principal)
    told, untouched = len(here.frames), there.written
    notifications.recover(app, hub)
    wait_for(lambda: len(here.frames) > told, "the restaurant's screens to be told")
    assert there.written == untouched


def test_new_figures_are_told_to_the_report_and_events_are_not(
    app: Flask,
    cedar: House,
    rival: House,
    place: Callable[..., uuid.UUID],
    hub: Hub,
    heard: Mapping[str, Hear],
    watch: Watch,
) -> None:
    ours, theirs = watch(cedar, SLA.name, ""), watch(rival, SLA.name, "")
    board = watch(cedar, KITCHEN.name, key_of(restaurant_of(app, cedar, "hamra"), "en"))
    before = [len(each.frames) for each in (ours, theirs, board)]
    place(cedar)
    hub.wake(cedar.tenant_id)
    assert [len(each.frames) for each in (ours, theirs, board)] == [before[0], before[1], before[2] + 1]
    heard[ROLLUP_CHANNEL](str(cedar.tenant_id))
    assert [len(each.frames) for each in (ours, theirs, board)] == [before[0] + 1, before[1], before[2] + 1]
    assert (ours.frames[-1].event, ours.frames[-1].data) == ("sla", "")


def test_estimates_are_made_anew_of_the_tenant_of_whom_something_was_learned(
    app: Flask, settings: Settings, cedar: House, rival: House, heard: Mapping[str, Hear]
) -> None:
    def known() -> bool:
        with tenant_context(app, cedar.tenant_id):
            restaurant = find_restaurant(cedar.tenant_id, "hamra")
            assert restaurant is not None
            asked = (cedar.tenant_id, restaurant.id, Fulfilment.DELIVERY, 1)
            return expected_end.range_from_now(*asked) is not None

    learn(app, cedar, (20, 25, 30))
    assert known()
    unlearn(settings, cedar)
    heard[LEARNED_CHANNEL](str(rival.tenant_id))
    assert known(), "it is kept"
    heard[LEARNED_CHANNEL](str(cedar.tenant_id))
    assert not known()


def test_only_managers_watch_the_report(cedar: House, rival: House, watch: Watch) -> None:
    guest = Principal(cedar.tenant_id, f"customer:{uuid.uuid4()}", "Guest")
    for by in (cedar.nour, cedar.karim, cedar.program, guest, rival.maya):
        with pytest.raises(NotAdmitted):
            watch(cedar, SLA.name, "", by)
    assert watch(cedar, SLA.name, "", cedar.maya).is_open


@pytest.mark.parametrize("payload", ["", "rubbish", ":", "7:8", f"{uuid.UUID(int=7)}:soon", "x" * 5000])
def test_a_payload_of_another_form_is_not_acted_upon(heard: Mapping[str, Hear], payload: str) -> None:
    for channel in (EVENTS_CHANNEL, SETTINGS_CHANNEL, MENU_CHANNEL, ROLLUP_CHANNEL):
        with pytest.raises(MalformedPayload):
            heard[channel](payload)
