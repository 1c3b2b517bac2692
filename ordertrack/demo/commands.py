"""The commands that play: a tenant to try things on, a simulated rush, the replay of a log."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from ordertrack.database import schema
from ordertrack.database.config import Settings
from ordertrack.demo.house import people as house
from ordertrack.demo.house import tablet_people
from ordertrack.demo.simulation.pace import RealClock, stopped_by_signals
from ordertrack.demo.simulation.rush import SPEED, Rush

_json = click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")


@click.command()
@_json
def demo(as_json: bool) -> None:
    """Make the demo tenant, or find it, and print its sign-ins."""
    settings = Settings.from_environment()
    schema.upgrade(settings, if_behind=True)
    house.prepare(settings)
    people = house.sign_ins(settings)
    if as_json:
        made = {"tenant": house.SLUG, "restaurants": list(house.RESTAURANTS)}
        pins = [person._asdict() for person in house.pins(settings)]
        click.echo(json.dumps({**made, "sign_ins": [person._asdict() for person in people], "pins": pins}))
    else:
        for person in people:
            click.echo("  ".join(person))
        click.echo(tablet_people.said(house.pins(settings)))


@click.command()
@click.option(
    "--rate",
    type=click.FloatRange(0, 600, min_open=True),
    default=10.0,
    show_default=True,
    help="Orders a minute, over all restaurants.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="For how long guests come; then what is open is finished within half a minute.",
)
@click.option("--seed", default="1", show_default=True, help="Equal seeds bring equal guests.")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 1000),
    default=SPEED,
    show_default=True,
    help="Times as fast as in life that orders move on.",
)
@click.option("--endless", is_flag=True, help="Until the program that started this one is gone.")
@_json
def rush(rate: float, minutes: float, seed: str, speed: float, endless: bool, as_json: bool) -> None:
    """Simulate a service on the demo tenant.

    Guests come at random, order from the demo's menus, and their orders move as they would in life, only
    twelve times as fast (so that reports show a twelfth of the times); a few are cancelled. Boards that stand
    empty get a few cards at once. Orders that an earlier rush left open are taken over. The log says of every
    move that it was simulated.
    """
    settings = Settings.from_environment()
    clock = RealClock(with_parent=endless)
    with stopped_by_signals(clock):
        if not endless:  # who starts an endless rush has prepared the house
            schema.upgrade(settings, if_behind=True)
            house.prepare(settings)
            _say(f"{rate:g} orders a minute for {minutes:g} minutes. Ctrl-C ends it.")
        with house.working(settings, house.SLUG) as tenant:
            tally = Rush(tenant.id, seed, rate, clock, _say, speed).run(None if endless else minutes)
        click.echo(json.dumps(asdict(tally)) if as_json else tally.sentence)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
