"""`ordertrack tenant`: companies."""

from __future__ import annotations

import json
import uuid

import click

from ordertrack.database.operating import as_json_option, operator, report


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

    with operator(makes_house=True):
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


@tenant.command("invite")
@click.option("--language", type=click.Choice(["en", "fr", "ar"]), help="What its page speaks at first.")
@as_json_option
def invite(language: str | None, as_json: bool) -> None:
    """Print an address at which somebody sets up a company of their own: once, within 7 days."""
    from ordertrack.database.config import Settings
    from ordertrack.server import port
    from ordertrack.setup import invitations

    with operator(makes_house=True):
        made, code = invitations.invite(language)
        settings = Settings.from_environment()
        address = f"{port.site(settings, settings.host, settings.port)}setup/{code}"
        report(as_json, address, id=made.id, address=address, language=language, expires_at=made.expires_at)


@tenant.command("invitations")
@click.option(
    "--void", "voided", type=click.UUID, metavar="ID", help="Have the one with this id open nothing."
)
@as_json_option
def list_invitations(voided: uuid.UUID | None, as_json: bool) -> None:
    """Print the invitations that were not used yet: id, when made, until when they hold, language."""
    from ordertrack.setup import invitations

    with operator():
        if voided is not None and not invitations.void(voided):
            raise click.ClickException(f"There is no open invitation {voided}.")
        listed = [
            {
                "id": str(each.id),
                "made_at": each.made_at.isoformat(),
                "expires_at": each.expires_at.isoformat() if each.expires_at else None,
                "language": each.language,
            }
            for each in invitations.open_ones()
        ]
        if as_json:
            click.echo(json.dumps(listed))
            return
        for each in listed:
            click.echo(
                f"{each['id']}  made {each['made_at']}  until {each['expires_at']}  {each['language'] or ''}"
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
