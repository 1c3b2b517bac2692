"""`ordertrack key`: API keys for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.server.commands.options import tenant_option

if TYPE_CHECKING:
    from ordertrack.tenants.models import ApiKey, Tenant


@click.group()
def key() -> None:
    """API keys for programs."""


@key.command("create")
@tenant_option
@click.option("--name", required=True, help="Whose key it is; the log shows it.")
@as_json_option
def create_key(tenant_slug: str, name: str, as_json: bool) -> None:
    """Make an API key and show it, this once."""
    from ordertrack.tenants import accounts

    with operator():
        made, secret = accounts.create_key(accounts.find_tenant(tenant_slug), name)
        report(as_json, secret, key=secret, id=made.id, name=made.name, tenant=tenant_slug)


@key.command("revoke")
@tenant_option
@click.option("--name", required=True)
def revoke_key(tenant_slug: str, name: str) -> None:
    """End every API key of this name."""
    from ordertrack.tenants import accounts

    with operator():
        ended = accounts.revoke_key(accounts.find_tenant(tenant_slug), name)
        click.echo(f"{ended} key{'s' if ended > 1 else ''} ended.")


@key.command("list")
@click.option("--tenant", "tenant_slug", metavar="SLUG", help="Only this tenant's.")
@as_json_option
def list_keys(tenant_slug: str | None, as_json: bool) -> None:
    """Print every API key that has not ended: tenant, name and since when; never the key itself."""
    from ordertrack.database.session import db
    from ordertrack.tenants import accounts, regaining
    from ordertrack.tenants.models import Tenant

    with operator():
        if tenant_slug is not None:
            tenants = [accounts.find_tenant(tenant_slug)]
        else:
            tenants = list(db.session.scalars(select(Tenant).order_by(Tenant.slug)))
        keys = [(tenant, each) for tenant in tenants for each in regaining.keys_in_use(tenant)]
    if as_json:
        click.echo(json.dumps([_listed(tenant, each) for tenant, each in keys]))
        return
    for tenant, each in keys:
        click.echo(f"{tenant.slug}  {each.name}  since {each.created_at:%Y-%m-%d %H:%M} UTC")


def _listed(tenant: Tenant, key: ApiKey) -> dict[str, str]:
    at = key.created_at.isoformat()
    return {"id": str(key.id), "name": key.name, "tenant": tenant.slug, "created_at": at}
