"""`ordertrack audit`: who changed what of a tenant, and whether its reports say what its log says."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import click

from ordertrack.database.operating import as_json_option, operator
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.server.commands.options import tenant_option

_DAY = click.DateTime(["%Y-%m-%d"])
_ALL_CHANGES = 50


@click.command("audit")
@tenant_option
@click.option("--kind", help="Only changes of this kind, such as person, key or brand.")
@click.option(
    "--most",
    type=click.IntRange(1, 10_000),
    metavar="NUMBER",
    help=f"How many changes; {_ALL_CHANGES} unless told.",
)
@click.option(
    "--figures", is_flag=True, help="Work reports out a second way, from the log, and print what differs."
)
@click.option("--from", "first", type=_DAY, metavar="DAY", help="With --figures: from this business day on.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="With --figures: up to this business day.")
@click.option("--restaurant", "restaurants", multiple=True, metavar="R", help="With --figures: only of this.")
@click.option(
    "--fulfilment",
    type=click.Choice([each.value for each in Fulfilment]),
    help="With --figures: only of this fulfilment.",
)
@click.option(
    "--stage",
    type=click.Choice([each.value for each in Stage]),
    help="With --figures: only reports of this stage.",
)
@as_json_option
def audit(
    tenant_slug: str, kind: str | None, most: int | None, figures: bool, as_json: bool, **wanted: Any
) -> None:
    """Print the newest changes of settings, people, keys and tablets: who, when, from what to what.

    `before` and `after` are what differs; without one it was made, or is gone.

    With --figures, work out reports a second way: every order is read from the log again, by other code than
    reports are made with. Without further options these are all reports there are of all days: of each stage,
    with and without what is doubtful, of every fulfilment, of all restaurants and of each. Counts must be the
    same, times within the 2 % that reports promise. How estimates turned out is not worked out again. The
    exit code is 1 if anything differs.
    """
    if figures and (kind or most):
        raise click.UsageError("--kind and --most choose changes, --figures is about reports: leave one out.")
    if not figures and any(wanted.values()):
        raise click.UsageError("--from, --to, --restaurant, --fulfilment and --stage need --figures.")
    if figures:
        _print_differences(tenant_slug, as_json, **wanted)
    else:
        _print_changes(tenant_slug, kind, most or _ALL_CHANGES, as_json)


def _print_changes(tenant_slug: str, kind: str | None, most: int, as_json: bool) -> None:
    from ordertrack.tenants import accounts
    from ordertrack.tenants import audit as audits

    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        found = audits.entries(tenant.id, audits.Wanted(kind=kind), most=most)
        listed = [
            {
                "id": str(each.id),
                "at": each.at.isoformat(),
                "actor": each.actor,
                "name": each.name,
                "kind": each.kind,
                "subject": each.subject,
                "label": each.label,
                "restaurant_id": str(each.restaurant_id) if each.restaurant_id else None,
                "before": each.before,
                "after": each.after,
            }
            for each in found
        ]
    if as_json:
        click.echo(json.dumps(listed))
        return
    for line in listed:
        changes = json.dumps([line["before"], line["after"]], ensure_ascii=False)
        click.echo(f"{line['at']}  {line['name']}  {line['kind']}  {line['label']}  {changes}")


def _print_differences(
    tenant_slug: str,
    as_json: bool,
    *,
    first: dt.datetime | None,
    last: dt.datetime | None,
    restaurants: tuple[str, ...],
    fulfilment: str | None,
    stage: str | None,
) -> None:
    from ordertrack.sla.audit import auditing, comparing
    from ordertrack.tenants import accounts

    wanted = auditing.Wanted(
        first.date() if first else None,
        last.date() if last else None,
        restaurants,
        (Fulfilment(fulfilment),) if fulfilment else auditing.Wanted.fulfilments,
        (Stage(stage),) if stage else auditing.Wanted.stages,
    )
    with operator():
        tenant_id = accounts.find_tenant(tenant_slug).id
        try:
            audited = auditing.audit(tenant_id, wanted)
        except (LookupError, auditing.NotReady) as error:
            raise click.ClickException(str(error)) from error
    found = list(comparing.differences(audited.reports))
    figures = sum(compared.figures for _, compared in audited.reports)
    if as_json:
        said = {"up_to": audited.position, "reports": len(audited.reports), "figures": figures}
        click.echo(json.dumps({**said, "differences": found}))
    else:
        for each in found:
            click.echo("  ".join(f"{name}: {value}" for name, value in each.items() if value is not None))
        click.echo(
            f"{figures:,} figures of {len(audited.reports):,} reports were worked out again, up to entry"
            f" {audited.position:,} of the log: {len(found):,} differ."
        )
    if found:
        raise click.exceptions.Exit(1)
