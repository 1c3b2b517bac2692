"""What managers do on their pages the operator does by commands, and both stand in the audit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from support.cast import House
from support.command_line import run_here

NEW = "blue bicycle in rain"


def said(settings: Settings, *arguments: str) -> Any:
    """What a command answers as JSON."""
    finished = run_here(settings, *arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_restaurants_are_listed_named_closed_and_opened(settings: Settings, cedar: House) -> None:
    tenant = ("--tenant", cedar.slug)
    assert [each["slug"] for each in said(settings, "restaurant", "list", *tenant)] == ["hamra", "jounieh"]
    renamed = said(settings, "restaurant", "rename", "hamra", "Hamra Street", *tenant)
    assert (renamed["name"], renamed["changed"]) == ("Hamra Street", True)
    assert said(settings, "restaurant", "close", "hamra", *tenant)["changed"]
    assert not said(settings, "restaurant", "close", "hamra", *tenant)["changed"]
    closed = {each["slug"]: each["closed_at"] for each in said(settings, "restaurant", "list", *tenant)}
    assert closed["hamra"] is not None and closed["jounieh"] is None
    assert said(settings, "restaurant", "open", "hamra", *tenant)["changed"]
    twin = run_here(settings, "restaurant", "rename", "hamra", "jounieh", *tenant)
    assert twin.returncode == 1 and "Another restaurant has this name." in twin.stderr
    kinds = [
        (each["name"], each["after"]) for each in said(settings, "audit", *tenant, "--kind", "restaurant")
    ]
    assert kinds[:3] == [
        ("ordertrack restaurant open", {"closed": False}),
        ("ordertrack restaurant close", {"closed": True}),
        ("ordertrack restaurant rename", {"name": "Hamra Street"}),
    ]


def test_opening_hours_are_set_and_printed(settings: Settings, cedar: House) -> None:
    command = ("restaurant", "hours", "hamra", "--tenant", cedar.slug)
    assert said(settings, *command)["weekly"] == []
    hours = {"weekly": [{"weekdays": [0, 6], "starts": "18:00", "ends": "02:00"}], "special": []}
    assert said(settings, *command, "--set", json.dumps(hours))["weekly"] == hours["weekly"]
    for wrong, code in (("{", 2), ('{"weekly": [{}]}', 2), ("[]", 2)):
        refused = run_here(settings, *command, "--set", wrong)
        assert refused.returncode == code and "Traceback" not in refused.stderr
    none = {"weekly": [{"weekdays": [], "starts": "18:00", "ends": "02:00"}]}
    refused = run_here(settings, *command, "--set", json.dumps(none))
    assert refused.returncode == 1 and "Choose the weekdays" in refused.stderr
    assert said(settings, *command)["weekly"] == hours["weekly"]


def test_a_target_of_a_past_day_is_set(settings: Settings, cedar: House) -> None:
    command = ("restaurant", "target", "hamra", "--tenant", cedar.slug)
    made = said(settings, *command, "--minutes", "12.5", "--from", "2025-03-01")
    assert (made["stage"], made["seconds"], made["until"]) == ("kitchen", 750, None)
    assert said(settings, *command, "--minutes", "20", "--from", "2025-05-01")["valid_from"] == "2025-05-01"
    for wrong, code in (("0", 2), ("nan", 2), ("1441", 2)):
        refused = run_here(settings, *command, "--minutes", wrong, "--from", "2025-03-01")
        assert refused.returncode == code and "Traceback" not in refused.stderr
    refused = run_here(settings, *command, "--minutes", "9", "--from", "1999-03-01")
    assert refused.returncode == 1 and "Choose a day from" in refused.stderr
    told = said(settings, "audit", "--tenant", cedar.slug, "--kind", "targets")
    assert [each["name"] for each in told] == ["ordertrack restaurant target"] * 2


def test_people_are_invited_get_another_role_and_are_ended(
    app: Flask, settings: Settings, cedar: House
) -> None:
    tenant, email = ("--tenant", cedar.slug), f"omar@{cedar.slug}.example"
    invite = ("staff", "invite", email, *tenant, "--role", "owner", "--name", "Omar", "--language", "fr")
    invited = said(settings, *invite)
    device = app.test_client()
    assert 'lang="fr"' in device.get(invited["path"]).text
    assert device.post(invited["path"], data={"password": NEW}).status_code == 302
    assert device.post("/login", data={"email": email, "password": NEW}).status_code == 302
    again = run_here(settings, *invite)
    assert again.returncode == 1 and "of this name already" in again.stderr
    assert said(settings, "staff", "role", "Omar", "dispatch", *tenant)["changed"]
    assert device.get("/people").status_code == 302
    assert said(settings, "staff", "revoke", "Omar", *tenant)["name"] == "Omar"
    told = [each["after"] for each in said(settings, "audit", *tenant, "--kind", "person", "--most", "5")]
    assert told[0] == {"has_access": False} and told[1] == {"role": "dispatch"}
    assert told[2] == {"new_password": True} and "invited_until" in told[3]


@pytest.mark.parametrize(
    "command", [("restaurant", "close", "nowhere"), ("restaurant", "rename", "nowhere", "X")]
)
def test_a_restaurant_that_is_not_there_is_said(
    settings: Settings, cedar: House, command: tuple[str, ...]
) -> None:
    finished = run_here(settings, *command, "--tenant", cedar.slug)
    assert finished.returncode == 1 and "has no restaurant 'nowhere'" in finished.stderr
