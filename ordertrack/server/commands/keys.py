"""`ordertrack key`: API keys for programs."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.rules.scopes import Scope
from ordertrack.server.commands.options import tenant_option

if TYPE_CHECKING:
    from ordertrack.tenants.models import ApiKey, Tenant

LONGEST_OVERLAP = 24 * 365  # hours


class _Moment(click.ParamType[dt.datetime]):
    """A day or a moment to come, as people in a shell write it."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is no day or moment: write 2027-01-31, or 2027-01-31T18:00+02:00.", param, ctx
            )
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        if moment <= dt.datetime.now(dt.UTC):
            self.fail(f"{value} has passed.", param, ctx)
        return moment


_expires_option = click.option(
    "--expires",
    "expires_at",
    type=_Moment(),
    metavar="MOMENT",
    help="When it ends: 2027-01-31 (its beginning in UTC), or 2027-01-31T18:00+02:00.",
)


@click.group()
def key() -> None:
    """API keys for programs."""


@key.command("create")
@tenant_option
@click.option("--name", required=True, help="Whose key it is; the log shows it.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([each.value for each in Scope]),
    multiple=True,
    help="What it may be used for; may be said more than once. Without one it may do everything.",
)
@click.option(
    "--restaurant",
    "restaurants",
    metavar="SLUG",
    multiple=True,
    help="A restaurant that it is for; may be said more than once. Without one it is for all.",
)
@_expires_option
@as_json_option
def create_key(
    tenant_slug: str,
    name: str,
    scopes: tuple[str, ...],
    restaurants: tuple[str, ...],
    expires_at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Make an API key and show it, this once."""
    from ordertrack.tenants import accounts
    from ordertrack.tenants.keys import api_keys

    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        made, secret = api_keys.create_key(
            tenant,
            name,
            scopes=[Scope(each) for each in scopes] or list(Scope),
            restaurants=restaurants,
            expires_at=expires_at,
        )
        report(as_json, secret, key=secret, **_listed(tenant, made))


@key.command("rotate")
@tenant_option
@click.option("--name", help="Which key; or say --id.")
@click.option("--id", "key_id", type=click.UUID, help="Which key, where several have one name.")
@click.option(
    "--overlap",
    "hours",
    type=click.FloatRange(0, LONGEST_OVERLAP),
    default=24.0,
    show_default=True,
    metavar="HOURS",
    help="How long the old one is good beside the new one; 0: it ends at once.",
)
@_expires_option
@as_json_option
def rotate_key(
    tenant_slug: str,
    name: str | None,
    key_id: uuid.UUID | None,
    hours: float,
    expires_at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Give an API key a new text and show it, this once; the old one ends after a while.

    It stays the same key: it may do what it might, and its idempotency keys are those of before.
    """
    from ordertrack.tenants import accounts
    from ordertrack.tenants.keys import rotation

    if name is None and key_id is None:
        raise click.UsageError("Say which key: --name, or --id.")
    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        found = rotation.find_key(tenant, name, key_id)
        secret = rotation.rotate(found, dt.timedelta(hours=hours), expires_at)
        report(as_json, secret, key=secret, **_listed(tenant, found))
        if not as_json:
            click.echo(f"The old one ends on {_said(found.previous_until)}.", err=True)


@key.command("revoke")
@tenant_option
@click.option("--name", help="Every key of this name; or say --id.")
@click.option("--id", "key_id", type=click.UUID, help="Which key, where several have one name.")
def revoke_key(tenant_slug: str, name: str | None, key_id: uuid.UUID | None) -> None:
    """End every API key of this name, or one by its id."""
    from ordertrack.tenants import accounts
    from ordertrack.tenants.keys import api_keys

    if name is None and key_id is None:
        raise click.UsageError("Say which key: --name, or --id.")
    with operator():
        ended = api_keys.revoke_key(accounts.find_tenant(tenant_slug), name, key_id)
        click.echo(f"{ended} key{'s' if ended > 1 else ''} ended.")


@key.command("list")
@click.option("--tenant", "tenant_slug", metavar="SLUG", help="Only this tenant's.")
@as_json_option
def list_keys(tenant_slug: str | None, as_json: bool) -> None:
    """Print every API key that was not revoked: what it is for, until when, and its last use.

    Never the key itself.
    """
    from ordertrack.database.session import db
    from ordertrack.tenants import accounts
    from ordertrack.tenants.models import Tenant
    from ordertrack.tenants.staff import regaining

    with operator():
        if tenant_slug is not None:
            tenants = [accounts.find_tenant(tenant_slug)]
        else:
            tenants = list(db.session.scalars(select(Tenant).order_by(Tenant.slug)))
        for_all = [_listed(tenant, each) for tenant in tenants for each in regaining.keys_in_use(tenant)]
    if as_json:
        click.echo(json.dumps(for_all))
        return
    for each in for_all:
        click.echo("  ".join(_in_words(each)))


def _listed(tenant: Tenant, key: ApiKey) -> dict[str, Any]:
    """What may be told of a key of the entered tenant."""
    from ordertrack.database.session import db
    from ordertrack.tenants.models import Restaurant

    slugs: list[str] | None = None
    if key.restaurant_ids is not None:
        bound = select(Restaurant.slug).where(
            Restaurant.tenant_id == tenant.id, Restaurant.id.in_(key.restaurant_ids)
        )
        slugs = sorted(db.session.scalars(bound))
    return {
        "id": str(key.id),
        "name": key.name,
        "tenant": tenant.slug,
        "created_at": key.created_at.isoformat(),
        "scopes": list(key.scopes),
        "restaurants": slugs,
        "expires_at": _iso(key.expires_at),
        "last_used_at": _iso(key.last_used_at),
        "previous_until": _iso(key.previous_until),
    }


def _in_words(listed: dict[str, Any]) -> list[str]:
    said = [listed["tenant"], listed["name"], f"since {_said(listed['created_at'])}"]
    if set(listed["scopes"]) != set(Scope):
        said.append(" ".join(listed["scopes"]))
    if listed["restaurants"] is not None:
        said.append(f"for {', '.join(listed['restaurants'])}")
    if listed["expires_at"] is not None:
        said.append(
            f"{'ended' if _has_passed(listed['expires_at']) else 'until'} {_said(listed['expires_at'])}"
        )
    if listed["previous_until"] is not None and not _has_passed(listed["previous_until"]):
        said.append(f"the old one until {_said(listed['previous_until'])}")
    used = listed["last_used_at"]
    said.append("never used" if used is None else f"last used {_said(used)}")
    return [*said, listed["id"]]


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _has_passed(moment: str) -> bool:
    return dt.datetime.fromisoformat(moment) <= dt.datetime.now(dt.UTC)


def _said(moment: str | dt.datetime | None) -> str:
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    return "" if moment is None else f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
