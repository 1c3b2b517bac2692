"""The commands with which an operator gives access back, and sees which programs have any."""

from __future__ import annotations

import json

import click
from sqlalchemy import select

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.database.session import db
from ordertrack.tenants import accounts, regaining
from ordertrack.tenants.models import ApiKey, StaffMember, Tenant


@click.command("password")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json_option
def change_password(email: str, password: str, as_json: bool) -> None:
    """Give the staff member who signs in as EMAIL another password.

    Every sign-in of before ends, and its open screens close at once. The PIN stays.
    """
    with operator():
        member = regaining.find_by_address(email)
        regaining.change_password(member, password)
        _report(member, f"{member.email} has a new password; every sign-in of before has ended.", as_json)


@click.command("restore")
@click.argument("email")
@click.option("--password", help="A new password; without it, the one of before.")
@as_json_option
def restore(email: str, password: str | None, as_json: bool) -> None:
    """Give the staff member who signed in as EMAIL the access back that was revoked.

    They have their role, name and PIN as before. If the access was ended because somebody else knew the
    password, give a new one with --password.
    """
    with operator():
        member = regaining.find_by_address(email)
        regaining.restore(member, password)
        which = "the password of before" if password is None else "the new password"
        _report(member, f"{member.email} ({member.role}) may sign in again, with {which}.", as_json)


def _report(member: StaffMember, sentence: str, as_json: bool) -> None:
    tenant = db.session.scalar(select(Tenant.slug).where(Tenant.id == member.tenant_id))
    made = {"id": member.id, "email": member.email, "role": member.role, "name": member.name}
    report(as_json, sentence, **made, tenant=tenant)


@click.command("list")
@click.option("--tenant", "tenant_slug", metavar="SLUG", help="Only this tenant's.")
@as_json_option
def list_keys(tenant_slug: str | None, as_json: bool) -> None:
    """Print every API key that has not ended: tenant, name and since when; never the key itself."""
    with operator():
        if tenant_slug is not None:
            tenants = [accounts.find_tenant(tenant_slug)]
        else:
            tenants = list(db.session.scalars(select(Tenant).order_by(Tenant.slug)))
        keys = [(tenant, key) for tenant in tenants for key in regaining.keys_in_use(tenant)]
    if as_json:
        click.echo(json.dumps([_listed(tenant, key) for tenant, key in keys]))
        return
    for tenant, key in keys:
        click.echo(f"{tenant.slug}  {key.name}  since {key.created_at:%Y-%m-%d %H:%M} UTC")


def _listed(tenant: Tenant, key: ApiKey) -> dict[str, str]:
    at = key.created_at.isoformat()
    return {"id": str(key.id), "name": key.name, "tenant": tenant.slug, "created_at": at}
