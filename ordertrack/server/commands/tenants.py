"""`ordertrack tenant` and `ordertrack restaurant`: companies, and their places with a kitchen."""

from __future__ import annotations

import click

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.server.commands.options import tenant_option


@click.group()
def tenant() -> None:
    """Companies that use this server."""


@tenant.command("create")
@click.argument("name")
@click.option("--slug", required=True, help="Its short name in commands.")
@click.option("--currency", default="USD", show_default=True, help="What its prices are in, by ISO 4217.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(["en", "fr", "ar"]),
    help="A language of its dishes and people, the preferred one first; all of them if none is named.",
)
@as_json_option
def create_tenant(name: str, slug: str, currency: str, languages: tuple[str, ...], as_json: bool) -> None:
    """Make the tenant NAME."""
    from ordertrack.tenants import accounts, company

    with operator():
        made = accounts.create_tenant(name, slug, currency=currency, languages=languages or company.SPOKEN)
        report(
            as_json,
            f"Tenant {made.name} ({made.slug}) is there.",
            id=made.id,
            slug=slug,
            name=made.name,
            currency=made.currency,
            languages=made.languages,
        )


@tenant.command("rules")
@click.argument("slug")
@click.argument("rule_set", type=click.Choice(["strict", "extended"]))
@as_json_option
def choose_rules(slug: str, rule_set: str, as_json: bool) -> None:
    """Have the tenant SLUG go by a rule set.

    `extended` adds to `strict` that an order is cancelled while it is prepared, ready or delivered, recalled
    to the kitchen, or comes back from the road, each for a reason.
    """
    from ordertrack.restaurants import rule_sets
    from ordertrack.rules.state_machine import RuleSet
    from ordertrack.tenants import accounts
    from ordertrack.tenants.principal import Principal

    with operator():
        found = accounts.find_tenant(slug)
        by = Principal(found.id, "program:ordertrack", "ordertrack tenant rules")
        is_changed = rule_sets.choose(RuleSet(rule_set), by=by)
        said = "goes by the rule set" if is_changed else "goes by this rule set already:"
        report(
            as_json, f"Tenant {slug} {said} {rule_set}.", tenant=slug, rule_set=rule_set, changed=is_changed
        )


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
