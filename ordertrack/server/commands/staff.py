"""`ordertrack staff`: people who sign in, or on at shared tablets, and their way back in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.i18n.locales import TAGS
from ordertrack.rules.roles import Role
from ordertrack.server.commands.options import tenant_option

if TYPE_CHECKING:
    from ordertrack.tenants.models import StaffMember


_restaurants_option = click.option(
    "--restaurant",
    "restaurants",
    metavar="SLUG",
    multiple=True,
    help="A restaurant that they are of; may be said more than once. Without one they are of all.",
)


@click.group()
def staff() -> None:
    """People who sign in, or on at shared tablets."""


@staff.command("create")
@click.argument("email")
@tenant_option
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="The name that the log shows.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json_option
def create_staff(email: str, tenant_slug: str, role: str, name: str, password: str, as_json: bool) -> None:
    """Make a staff member who signs in as EMAIL."""
    from ordertrack.tenants import accounts
    from ordertrack.tenants.staff import staff_accounts

    with operator():
        made = staff_accounts.create_staff_member(
            accounts.find_tenant(tenant_slug), email, name, Role(role), password
        )
        report(
            as_json,
            f"{made.name} signs in as {made.email} ({role}).",
            id=made.id,
            email=made.email,
            role=role,
            name=made.name,
            tenant=tenant_slug,
        )


@staff.command("invite")
@click.argument("email")
@tenant_option
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="The name that the log shows.")
@_restaurants_option
@click.option("--language", type=click.Choice(TAGS), help="In which language they are spoken to.")
@as_json_option
def invite(
    email: str,
    tenant_slug: str,
    role: str,
    name: str,
    restaurants: tuple[str, ...],
    language: str | None,
    as_json: bool,
) -> None:
    """Print the path of a link by which somebody who is to sign in as EMAIL chooses a password.

    It works once, and for 7 days.
    """
    from ordertrack.tenants import accounts, audit
    from ordertrack.tenants.staff import password_links, people

    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        by = audit.operator(tenant.id, "staff invite")
        try:
            places = accounts.ids_of(tenant, restaurants) or None
            invited = people.invite(name, email, Role(role), language, places, by=by)
        except people.Uninvited as error:
            raise click.ClickException(str(error)) from None
        link = password_links.make(invited, by=by)
        path = f"/password/{link.token}"
        made = {"id": invited.id, "email": invited.email, "role": role, "name": invited.name}
        report(as_json, path, **made, tenant=tenant_slug, path=path, expires_at=link.expires_at.isoformat())


@staff.command("role")
@click.argument("email_or_name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@tenant_option
@_restaurants_option
@as_json_option
def change_role(
    email_or_name: str, role: str, tenant_slug: str, restaurants: tuple[str, ...], as_json: bool
) -> None:
    """Give a staff member another role, and other restaurants; their sign-ins end."""
    from ordertrack.tenants import accounts, audit
    from ordertrack.tenants.staff import people, staff_accounts

    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        member = staff_accounts.find_staff_member(tenant, email_or_name)
        by = audit.operator(tenant.id, "staff role")
        places = accounts.ids_of(tenant, restaurants) or None
        seen = people.work_of(member)
        is_changed = people.change_work(member, Role(role), places, by=by, seen=seen)
        facts = {"id": member.id, "name": member.name, "role": role, "changed": is_changed}
        facts["restaurants"] = list(restaurants) or None
        report(as_json, f"{member.name} has the role {role}.", **facts, tenant=tenant_slug)


@staff.command("pin")
@click.argument("email_or_name")
@tenant_option
@click.option("--pin", prompt="PIN", hide_input=True, confirmation_prompt=True, help="4 to 8 digits.")
def set_pin(email_or_name: str, tenant_slug: str, pin: str) -> None:
    """Give a staff member the PIN with which they sign on at shared tablets."""
    from ordertrack.tenants import accounts
    from ordertrack.tenants.staff import people, staff_accounts

    with operator():
        member = staff_accounts.find_staff_member(accounts.find_tenant(tenant_slug), email_or_name)
        people.set_pin(member, pin)
        click.echo(f"{member.name} has a new PIN.")


@staff.command("list")
@tenant_option
@as_json_option
def list_staff(tenant_slug: str, as_json: bool) -> None:
    """Print everybody whose access has not ended: role, name, e-mail address, and whether there is a PIN."""
    from ordertrack.tenants import accounts
    from ordertrack.tenants.staff import people

    with operator():
        members = people.in_use(accounts.find_tenant(tenant_slug).id)
        if as_json:
            listed = [
                {
                    "id": str(each.id),
                    "name": each.name,
                    "role": each.role,
                    "email": each.email,
                    "has_pin": each.pin_hash is not None,
                }
                for each in members
            ]
            click.echo(json.dumps(listed))
            return
        for each in members:
            has_pin = "PIN" if each.pin_hash else "no PIN"
            click.echo(f"{each.role}  {each.name}  {each.email or 'on tablets only'}  {has_pin}")


@staff.command("revoke")
@click.argument("email_or_name")
@tenant_option
@as_json_option
def revoke_staff(email_or_name: str, tenant_slug: str, as_json: bool) -> None:
    """End a staff member's access; open screens close at once."""
    from ordertrack.tenants import accounts
    from ordertrack.tenants.staff import staff_accounts

    with operator():
        member = staff_accounts.revoke_staff_member(accounts.find_tenant(tenant_slug), email_or_name)
        facts = {"id": member.id, "name": member.name, "email": member.email}
        report(as_json, f"{member.email or member.name} can no longer sign in.", **facts, tenant=tenant_slug)


@staff.command("password")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@as_json_option
def change_password(email: str, password: str, as_json: bool) -> None:
    """Give the staff member who signs in as EMAIL another password.

    Every sign-in of before ends, and its open screens close at once. The PIN stays.
    """
    from ordertrack.tenants.staff import regaining

    with operator():
        member = regaining.find_by_address(email)
        regaining.change_password(member, password)
        _report_access(
            member, f"{member.email} has a new password; every sign-in of before has ended.", as_json
        )


@staff.command("restore")
@click.argument("email")
@click.option("--password", help="A new password; without it, the one of before.")
@as_json_option
def restore(email: str, password: str | None, as_json: bool) -> None:
    """Give the staff member who signed in as EMAIL the access back that was revoked.

    They have their role, name and PIN as before. If the access was ended because somebody else knew the
    password, give a new one with --password.
    """
    from ordertrack.tenants.staff import regaining

    with operator():
        member = regaining.find_by_address(email)
        regaining.restore(member, password)
        which = "the password of before" if password is None else "the new password"
        _report_access(member, f"{member.email} ({member.role}) may sign in again, with {which}.", as_json)


def _report_access(member: StaffMember, sentence: str, as_json: bool) -> None:
    from ordertrack.database.session import db
    from ordertrack.tenants.models import Tenant

    tenant = db.session.scalar(select(Tenant.slug).where(Tenant.id == member.tenant_id))
    made = {"id": member.id, "email": member.email, "role": member.role, "name": member.name}
    report(as_json, sentence, **made, tenant=tenant)
