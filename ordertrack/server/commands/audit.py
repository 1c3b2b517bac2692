"""`ordertrack audit`: who changed what of a tenant."""

from __future__ import annotations

import json

import click

from ordertrack.database.operating import as_json_option, operator
from ordertrack.server.commands.options import tenant_option


@click.command("audit")
@tenant_option
@click.option("--kind", help="Only changes of this kind, such as person, key or brand.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="NUMBER")
@as_json_option
def audit(tenant_slug: str, kind: str | None, most: int, as_json: bool) -> None:
    """Print the newest changes of settings, people, keys and tablets: who, when, from what to what.

    `before` and `after` are what differs; without one it was made, or is gone.
    """
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
