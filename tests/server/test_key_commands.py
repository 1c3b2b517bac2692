"""`ordertrack key`: what a key is for is said when it is made and listed; a new text is shown once."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from click.testing import CliRunner
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.server.commands import keys
from support.cast import House
from support.command_line import run_here

Key = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def key(settings: Settings, cedar: House, tmp_path: Path) -> Key:
    def command(verb: str, *more: str) -> CompletedProcess[str]:
        return run_here(settings, "key", verb, "--tenant", cedar.slug, *more, folder=tmp_path)

    return command


def status(app: Flask, secret: str, path: str = "/orders") -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return app.test_client().get(f"/api/v1{path}", headers=headers).status_code


def test_a_narrow_key_is_made_listed_and_given_another_text(app: Flask, cedar: House, key: Key) -> None:
    narrow = ("--scope", "orders:read", "--restaurant", "jounieh", "--expires", "2100-01-31")
    made = json.loads(key("create", "--name", "Kiosk", *narrow, "--json").stdout)
    assert status(app, made["key"]) == 200 and status(app, made["key"], "/events") == 403
    shown = key("rotate", "--name", "kiosk", "--overlap", "2")
    secret, said = shown.stdout.strip(), shown.stderr
    assert re.fullmatch(r"ot_[\w-]{43}", secret) and "The old one ends on 2" in said
    assert [status(app, each) for each in (secret, made["key"])] == [200, 200]
    listed = {each["name"]: each for each in json.loads(key("list", "--json").stdout)}
    kiosk = listed["Kiosk"]
    until = dt.datetime.fromisoformat(kiosk.pop("previous_until"))
    assert dt.timedelta(hours=1.9) < until - dt.datetime.now(dt.UTC) < dt.timedelta(hours=2)
    assert dt.datetime.fromisoformat(kiosk.pop("last_used_at")) < dt.datetime.now(dt.UTC)
    assert (
        kiosk
        == {name: made[name] for name in kiosk if name in made}
        == {
            "id": made["id"],
            "name": "Kiosk",
            "tenant": cedar.slug,
            "created_at": made["created_at"],
            "scopes": ["orders:read"],
            "restaurants": ["jounieh"],
            "expires_at": "2100-01-31T00:00:00+00:00",
        }
    )
    assert (listed["Till"]["restaurants"], len(listed["Till"]["scopes"])) == (None, 5)
    in_words = key("list").stdout
    assert "orders:read  for jounieh  until 2100-01-31 00:00 UTC  the old one until 2" in in_words
    assert secret not in in_words and made["key"] not in in_words


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("create --name X --scope orders:destroy", "orders:destroy"),
        ("create --name X --expires yesterday", "is no day or moment"),
        ("create --name X --expires 2001-01-01", "has passed"),
        ("rotate", "Say which key"),
        ("rotate --name Till --overlap -1", "-1"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(command: str, words: str) -> None:
    verb, *more = command.split()
    refused = CliRunner().invoke(keys.key, [verb, "--tenant", "cedar", *more])
    assert refused.exit_code == 2 and words in refused.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("create --name X --restaurant narnia", "no restaurant 'narnia'"),
        ("rotate --name Nobody", "no API key Nobody"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(key: Key, command: str, words: str) -> None:
    refused = key(*command.split())
    assert refused.returncode == 1 and words in refused.stderr
    assert "Traceback" not in refused.stderr and refused.stdout == ""


def test_of_two_keys_of_one_name_it_is_asked_which(app: Flask, key: Key) -> None:
    first, second = (json.loads(key("create", "--name", "Same", "--json").stdout) for _ in range(2))
    asked = key("rotate", "--name", "Same")
    assert asked.returncode == 1 and first["id"] in asked.stderr and second["id"] in asked.stderr
    assert key("rotate", "--id", second["id"], "--overlap", "0").returncode == 0
    assert [status(app, each["key"]) for each in (first, second)] == [200, 401]
