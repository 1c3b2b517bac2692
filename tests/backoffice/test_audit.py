"""The page of the audit: whatever a manager or the operator changes stands there, from what to what."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.backoffice.audit.audit_wording import KINDS
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.restaurants import rule_sets
from ordertrack.restaurants.brand import BRAND
from ordertrack.restaurants.cache import RULES, TARGETS
from ordertrack.restaurants.operations import OPERATIONS
from ordertrack.restaurants.pace import PACE
from ordertrack.rules.state_machine import RuleSet
from ordertrack.tenants import audit
from support.cast import House, Person
from support.command_line import run_here

Sign = Callable[[Person], FlaskClient]


def told(client: FlaskClient, **asked: str) -> list[str]:
    """The lines of the page, each as one text."""
    page = client.get("/audit", query_string=asked).text
    rows = re.findall(r'<tr role="row">\s*<td.*?</tr>', page, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", " ", row)).replace(" :", ":").split()) for row in rows]


def first(client: FlaskClient, *, of: str) -> str:
    """The newest line of a kind, without its moment."""
    return told(client, kind=of)[0].partition(":")[2][3:]


def test_what_managers_change_is_told_from_what_to_what(cedar: House, maya: FlaskClient) -> None:
    maya.post("/r/hamra/brand", data={"colour": "#8a3b12", "seen": "0"})
    assert first(maya, of="brand") == (
        "Maya What guests see was changed · Hamra Colour: #17493a → from this to #8a3b12"
    )
    maya.post("/r/hamra/pace", data={"state": "busy", "minutes": "10", "seen": "0"})
    assert first(maya, of="pace").endswith(
        "State: Open as usual → from this to Busy Quoted later by: 0 min → from this to 10 min"
    )
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    maya.post(
        "/sla/settings/hamra/targets",
        data={
            "stage": "kitchen",
            "minutes": "15",
            "valid_from": today,
            "seen": "0",
        },
    )
    said = first(maya, of="targets")
    assert said.startswith("Maya Targets Kitchen, every order was made · Hamra")
    assert not re.search("stage|fulfilment", said, re.IGNORECASE), "its stage stands in its name"
    maya.post("/r/hamra/riders", data={"name": "Jad", "phone": "+961 3 654321"})
    maya.post("/r/hamra/riders", data={"rider": "Jad", "name": "Jad", "phone": "+961 3 1", "do": "save"})
    maya.post("/r/hamra/riders", data={"rider": "Jad", "do": "remove"})
    lines = told(maya, kind="rider")
    assert "Rider Jad was removed · Hamra" in lines[0] and "Another phone number" in lines[1]
    assert not any("654321" in line for line in lines)


def test_people_and_tablets_are_told_and_no_secret_is(cedar: House, maya: FlaskClient) -> None:
    maya.post("/people", data={"name": "Walid", "role": "kitchen", "pin": "7294"})
    staff_id = cedar.nour.principal.staff_id
    maya.post(f"/people/{staff_id}/pin", data={"pin": "8462"})
    maya.post(f"/people/{staff_id}/password-link")
    maya.post(f"/people/{staff_id}/end")
    maya.post(f"/people/{staff_id}/give-back")
    given, ended, link, pin, made, *_hired = told(maya, kind="person")
    assert made.endswith("Maya Person Walid was made Name: Walid Role: Kitchen A new PIN")
    assert pin.endswith("Maya Person Nour was changed A new PIN")
    assert "A link to set the password: until" in link
    assert ended.endswith("Access: yes → from this to no")
    assert given.endswith("Access: no → from this to yes")
    maya.post("/tablets", data={"restaurant": "hamra", "board": "kitchen", "name": "Grill"})


def test_what_the_operator_does_is_told_by_its_command(
    settings: Settings, cedar: House, maya: FlaskClient
) -> None:
    run_here(settings, "key", "create", "--tenant", cedar.slug, "--name", "Shop", "--scope", "orders:read")
    run_here(settings, "key", "rotate", "--tenant", cedar.slug, "--name", "Shop")
    run_here(settings, "key", "revoke", "--tenant", cedar.slug, "--name", "Shop")
    ended, rotated, made, _till = told(maya, kind="key")
    may = "Read orders, restaurants, quotes and riders"
    assert f"ordertrack key create API key Shop was made Name: Shop What it may do: {may}" in made
    assert rotated.endswith("ordertrack key rotate API key Shop was changed A new text of the key")
    assert ended.endswith("ordertrack key revoke API key Shop was removed")


def test_it_is_asked_by_restaurant_person_kind_and_day(
    app: Flask, settings: Settings, cedar: House, maya: FlaskClient
) -> None:
    maya.post("/r/hamra/brand", data={"colour": "#8a3b12", "seen": "0"})
    maya.post("/r/jounieh/brand", data={"colour": "#8a3b12", "seen": "0"})
    assert len(told(maya, kind="brand")) == 2
    assert all("Hamra" in line for line in told(maya, restaurant="hamra"))
    assert len(told(maya, kind="brand", restaurant="hamra")) == 1
    assert {
        line.partition(":")[2][3:].split()[0] for line in told(maya, person=cedar.maya.principal.actor)
    } == {"Maya"}
    today = dt.datetime.now(dt.UTC).date()
    days = [(today + dt.timedelta(ahead)).isoformat() for ahead in (-1, 0, 1)]
    assert sum(len(told(maya, kind="brand", day=day)) for day in days) == 2
    assert told(maya, kind="brand", day="2001-01-01") == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"day": "30/11"}, "is not a day"),
        ({"day": "9999-12-31"}, "is not a day"),
        ({"restaurant": "nowhere"}, "There is no such restaurant."),
        ({"restaurant": "verdun"}, "There is no such restaurant."),
        ({"kind": "secrets"}, "Choose one."),
        ({"person": "a\0b"}, "Choose one."),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_fields(
    rival: House, maya: FlaskClient, asked: dict[str, str], said: str
) -> None:
    answer = maya.get("/audit", query_string=asked)
    assert answer.status_code == 422 and said in answer.text
    if "day" in asked:
        assert f'value="{asked["day"]}"' in answer.text


def test_pages_of_it_follow_each_other(app: Flask, cedar: House, maya: FlaskClient) -> None:
    with tenant_context(app, cedar.tenant_id):
        for number in range(audit.A_PAGE + 7):
            audit.record(cedar.maya.principal, "company", "x", f"No. {number:03}", {"name": 1}, {"name": 2})
        db.session.commit()
    page = maya.get("/audit?kind=company").text
    older = unescape(re.search(r'href="([^"]+)">Older changes', page)[1])
    assert "No. 056" in page and "No. 006" not in page
    rest = maya.get(older).text
    assert "No. 006" in rest and "No. 007" not in rest and "Older changes" not in rest
    assert 'href="/audit?kind=company">The newest' in rest


def test_only_managers_read_it_and_only_their_companys(
    cedar: House, rival: House, sign_in: Sign, maya: FlaskClient
) -> None:
    for person in (cedar.nour, cedar.karim):
        assert sign_in(person).get("/audit").status_code == 403
    assert not any("verdun" in line.lower() for line in told(maya))


def test_every_kind_of_setting_has_a_name_there() -> None:
    assert {kind.audited for kind in (RULES, TARGETS, OPERATIONS, PACE, BRAND)} <= set(KINDS)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_all_of_it_reads_in_every_language(
    app: Flask, cedar: House, maya: FlaskClient, language: str
) -> None:
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    form = {"undo-ready": "9", "rest_after": "7", "recall_within": "20", "arabic_digits": "1", "seen": "0"}
    saved = maya.post(
        "/r/hamra/settings",
        data=form | {"station-0-name": "Grill", "station-0-dishes": "kebab", "reasons-cancel": "Rain"},
    )
    assert saved.status_code in (302, 422), saved.text
    rules = {"timezone": "Asia/Beirut", "day_starts": "05:00", "forgotten_after": "200", "early_before": "30"}
    shift = {"shift-0-name": "Dîner", "shift-0-weekday": ["0", "4"], "shift-0-starts": "18:00"}
    maya.post("/sla/settings/hamra/rules", data={**rules, **shift, "shift-0-ends": "23:00", "seen": "0"})
    maya.set_cookie("language", language)
    page = maya.get("/audit")
    assert page.status_code == 200
    for word in ("arabic_digits", "rule_set", "forgotten_after", "undo_seconds"):
        assert word not in page.text
