"""`ordertrack restaurant`: places with a kitchen, what they are called, and when they are open."""

from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from typing import TYPE_CHECKING, Any

import click

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.rules.stages import HEADLINE, Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.server.commands.options import tenant_option

if TYPE_CHECKING:
    from ordertrack.tenants.models import Restaurant
    from ordertrack.tenants.principal import Principal

slug_argument = click.argument("slug")


@click.group()
def restaurant() -> None:
    """Places with a kitchen."""


@restaurant.command("create")
@click.argument("name")
@tenant_option
@click.option("--slug", required=True, help="Its short name in addresses and in the API.")
@click.option("--timezone", required=True, help="Its time zone, such as Asia/Beirut.")
@as_json_option
def create_restaurant(name: str, tenant_slug: str, slug: str, timezone: str, as_json: bool) -> None:
    """Make the restaurant NAME of a tenant."""
    from ordertrack.tenants import accounts

    with operator():
        made = accounts.create_restaurant(accounts.find_tenant(tenant_slug), name, slug, timezone)
        report(
            as_json,
            f"Restaurant {made.name} is there: its boards are /r/{slug}/kitchen and /r/{slug}/dispatch.",
            id=made.id,
            slug=slug,
            name=made.name,
            timezone=timezone,
            tenant=tenant_slug,
        )


@restaurant.command("list")
@tenant_option
@as_json_option
def list_restaurants(tenant_slug: str, as_json: bool) -> None:
    """Print a tenant's restaurants, whether each is closed, and its opening hours."""
    from sqlalchemy import select

    from ordertrack.database.session import db
    from ordertrack.tenants import accounts
    from ordertrack.tenants.models import Restaurant

    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        found = db.session.scalars(
            select(Restaurant).where(Restaurant.tenant_id == tenant.id).order_by(Restaurant.slug)
        ).all()
        listed = [_listed(each) for each in found]
    if as_json:
        click.echo(json.dumps(listed))
        return
    for each in listed:
        state = "closed" if each["closed_at"] else "open"
        click.echo(f"{each['slug']}  {each['name']}  {each['timezone']}  {state}")


@restaurant.command("rename")
@slug_argument
@click.argument("name")
@tenant_option
@as_json_option
def rename(slug: str, name: str, tenant_slug: str, as_json: bool) -> None:
    """Call the restaurant SLUG by another NAME. The slug stays."""
    from ordertrack.restaurants import places

    with operator():
        found, by = _find(tenant_slug, slug, "restaurant rename")
        is_changed = _said(lambda: places.rename(found, name, by=by))
        sentence = f"Restaurant {slug} is called {name}."
        report(as_json, sentence, tenant=tenant_slug, slug=slug, name=name, changed=is_changed)


@restaurant.command("close")
@slug_argument
@tenant_option
@as_json_option
def close(slug: str, tenant_slug: str, as_json: bool) -> None:
    """Have the restaurant SLUG take no order from now on; not while one is open there."""
    from ordertrack.orders import closing

    with operator():
        found, by = _find(tenant_slug, slug, "restaurant close")
        is_changed = _said(lambda: closing.close(found, by=by))
        sentence = f"Restaurant {slug} is closed."
        report(as_json, sentence, tenant=tenant_slug, slug=slug, closed=True, changed=is_changed)


@restaurant.command("open")
@slug_argument
@tenant_option
@as_json_option
def open_again(slug: str, tenant_slug: str, as_json: bool) -> None:
    """Have the restaurant SLUG, which was closed, take orders again."""
    from ordertrack.orders import closing

    with operator():
        found, by = _find(tenant_slug, slug, "restaurant open")
        is_changed = _said(lambda: closing.open_again(found, by=by))
        sentence = f"Restaurant {slug} takes orders."
        report(as_json, sentence, tenant=tenant_slug, slug=slug, closed=False, changed=is_changed)


@restaurant.command("hours")
@slug_argument
@tenant_option
@click.option(
    "--set",
    "wanted",
    metavar="JSON",
    help='Hours to hold from now on: {"weekly": [{"weekdays": [0, 1], "starts": "11:00", "ends": "23:00"}],'
    ' "special": [{"day": "2026-12-25", "starts": null, "ends": null}]}. Monday is 0; no times: closed.',
)
@as_json_option
def opening_hours(slug: str, tenant_slug: str, wanted: str | None, as_json: bool) -> None:
    """Print the opening hours of the restaurant SLUG, or set them."""
    from ordertrack.restaurants import hours, save
    from ordertrack.restaurants.hours import HOURS, Hours

    with operator():
        found, by = _find(tenant_slug, slug, "restaurant hours")
        if wanted is not None:
            weekly, special = _hours_in(wanted)
            asked = Hours(found, weekly, special)
            _said(lambda: save.save_hours(asked, by=by))
        held = hours.read(by.tenant_id, found)
        facts = HOURS.facts(held) or {}
        said = json.dumps(facts) if held and held.version else "It has said no hours: it is always open."
        report(as_json, said, tenant=tenant_slug, slug=slug, **facts)


@restaurant.command("target")
@slug_argument
@tenant_option
@click.option(
    "--stage", type=click.Choice([each.value for each in Stage]), default=HEADLINE.value, show_default=True
)
@click.option(
    "--fulfilment",
    type=click.Choice([each.value for each in Fulfilment]),
    help="Only for these orders; else for all that have no target of their own.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, 24 * 60, min_open=True),
    help="How long the stage may take; without it there is no target.",
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="DAY",
    help="The business day from which it holds.",
)
@as_json_option
def target(
    slug: str,
    tenant_slug: str,
    stage: str,
    fulfilment: str | None,
    minutes: float | None,
    first: dt.datetime,
    as_json: bool,
) -> None:
    """Let a stage of the restaurant SLUG have a target from a day on.

    A day of the past, before the first order of its own, takes the target that held then: it ends with that
    order, and reports judge the days of an import anew. Later days that are over stay as they were judged.
    """
    from ordertrack.past import settings as past_settings
    from ordertrack.restaurants.targets import Target

    if minutes is not None and math.isnan(minutes):
        raise click.UsageError("--minutes is a number.")
    seconds = None if minutes is None else round(minutes * 60)
    wanted = Target(Stage(stage), Fulfilment(fulfilment) if fulfilment else None, first.date(), seconds)
    until: list[dt.date | None] = []
    with operator():
        found, by = _find(tenant_slug, slug, "restaurant target")
        _said(lambda: until.append(past_settings.save_target(found, wanted, by=by)))
    ends = f", until {until[0]}, the day of the first order that was not imported" if until[0] else ""
    held = "no target" if minutes is None else f"{minutes:g} min"
    report(
        as_json,
        f"{stage} of {fulfilment or 'every order'}: {held} from {wanted.valid_from} on{ends}.",
        tenant=tenant_slug,
        slug=slug,
        stage=stage,
        fulfilment=fulfilment,
        seconds=seconds,
        valid_from=wanted.valid_from,
        until=until[0],
    )


def _hours_in(text: str) -> tuple[Any, Any]:
    from ordertrack.restaurants import hours

    try:
        said = json.loads(text)
        return hours.read_weekly(said.get("weekly", ())), hours.read_special(said.get("special", ()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise click.UsageError(f"--set is not read: {error!r}. See --help for its form.") from None


def _said(change: Any) -> bool:
    """Whether something was changed; what cannot be is said to whoever typed it."""
    from ordertrack.restaurants.versioned import UnusableSettings

    try:
        return bool(change())
    except UnusableSettings as error:
        raise click.ClickException(str(error)) from None


def _find(tenant_slug: str, slug: str, command: str) -> tuple[uuid.UUID, Principal]:
    """The restaurant's id, and who does what is done."""
    from ordertrack.tenants import accounts, audit
    from ordertrack.tenants.restaurants import find_restaurant

    tenant = accounts.find_tenant(tenant_slug)
    found = find_restaurant(tenant.id, slug)
    if found is None:
        raise accounts.AccountError(f"{tenant_slug} has no restaurant {slug!r}.")
    return found.id, audit.operator(tenant.id, command)


def _listed(found: Restaurant) -> dict[str, Any]:
    from ordertrack.restaurants import hours
    from ordertrack.restaurants.hours import HOURS

    return {
        "id": str(found.id),
        "slug": found.slug,
        "name": found.name,
        "timezone": found.timezone,
        "closed_at": found.closed_at.isoformat() if found.closed_at else None,
        "hours": HOURS.facts(hours.read(found.tenant_id, found.id)),
    }
