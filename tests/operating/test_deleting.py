"""`ordertrack tenant delete`: asked for by name, all or nothing, and nobody else notices."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.commands import cli
from ordertrack.database.config import ROOT, Settings
from support.cast import House, Person
from support.command_line import run_here
from support.server import environment_of


def typed(settings: Settings, house: House, answer: str) -> str:
    """What is said to whoever answers so to the question."""
    environment = environment_of(settings, settings.data_folder, ORDERTRACK_DEMO="0", PORT="0")
    ended = CliRunner(env=environment).invoke(cli, ["tenant", "delete", house.slug], input=f"{answer}\n")
    return f"{ended.exit_code} {ended.output}{ended.stderr}"


def slugs(settings: Settings) -> set[str]:
    return {each["slug"] for each in json.loads(run_here(settings, "tenant", "list", "--json").stdout)}


def test_the_short_name_is_typed_before_anything_is_removed(
    app: Flask,
    settings: Settings,
    cedar: House,
    rival: House,
    place: Callable[..., uuid.UUID],
    sign_in: Callable[[Person], FlaskClient],
) -> None:
    order_id, theirs = place(cedar), place(rival)
    maya = sign_in(cedar.maya)
    for wrong in ("", "yes", rival.slug):
        said = typed(settings, cedar, wrong)
        assert said.startswith("1 ") and "Nothing was removed." in said
    assert cedar.slug in slugs(settings)
    assert app.test_client().get(f"/api/v1/orders/{order_id}", headers=cedar.bearer).status_code == 200
    assert typed(settings, cedar, cedar.slug).startswith("0 ")
    assert slugs(settings).isdisjoint({cedar.slug}) and rival.slug in slugs(settings)
    assert maya.get("/people").status_code in (302, 401), "who was signed in is not any more"
    assert app.test_client().get(f"/api/v1/orders/{order_id}", headers=cedar.bearer).status_code == 401
    assert app.test_client().get(f"/api/v1/orders/{theirs}", headers=rival.bearer).status_code == 200
    gone = run_here(settings, "tenant", "delete", cedar.slug, "--yes")
    assert gone.returncode == 1 and "There is no tenant" in gone.stderr
    log = [json.loads(line) for line in run_here(settings, "tenant", "log", "--json").stdout.splitlines()]
    (deleted,) = (each for each in log if (each["what"], each["slug"]) == ("deleted", cedar.slug))
    assert deleted["who"] and deleted["details"]["rows"]["orders"] == 1


@pytest.mark.parametrize("page", ["README.md", "docs/OPERATE.md"])
def test_commands_that_pages_name_are_there(page: str) -> None:
    """Each line of a page that is a command of ours, and each `ordertrack …` in its sentences."""
    text = (ROOT / page).read_text()
    lines = re.findall(r"^ {4}(?:\S+='[^']*' )?(ordertrack [^#|\n]+)", text, re.MULTILINE)
    known = [line for line in lines if "$(" not in line]
    assert known
    for line in known:
        context, command = click.Context(cli), cli
        words = shlex.split(line)[1:]
        while isinstance(command, click.Group):
            found = command.get_command(context, words[0])
            assert found is not None, line
            command, words = found, words[1:]
        options = {option for param in command.params for option in param.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, line
