"""`ordertrack tenant`: companies."""

from __future__ import annotations

import click

from ordertrack.database.operating import as_json_option, operator, report


@click.group()
def tenant() -> None:
    """Companies that use this server."""


@tenant.command("create")
@click.argument("name")
@click.option("--slug", required=True, help="Its short name in commands.")
@as_json_option
def create_tenant(name: str, slug: str, as_json: bool) -> None:
    """Make the tenant NAME."""
    from ordertrack.tenants import accounts

    with operator():
        made = accounts.create_tenant(name, slug)
        report(as_json, f"Tenant {made.name} ({made.slug}) is there.", id=made.id, slug=slug, name=made.name)


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
