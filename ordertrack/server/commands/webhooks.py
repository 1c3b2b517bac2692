"""`ordertrack webhook`: addresses that are told what happens."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import click

from ordertrack.database.operating import as_json_option, operator, report
from ordertrack.server.commands.options import tenant_option
from ordertrack.webhooks.kinds import ACTIONS, KINDS

if TYPE_CHECKING:
    from ordertrack.tenants.principal import Principal
    from ordertrack.webhooks.models import Endpoint


@click.group()
def webhook() -> None:
    """Addresses that are told what happens, by Standard Webhooks."""


@webhook.command("create")
@tenant_option
@click.option("--url", required=True, help="Where events are sent to: https://…")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    help=f"What it is told of; may be said more than once. Without one, of every status; not of {ACTIONS}.",
)
@click.option(
    "--restaurant",
    "restaurants",
    metavar="SLUG",
    multiple=True,
    help="A restaurant that it is told of; may be said more than once. Without one, of all.",
)
@as_json_option
def create(
    tenant_slug: str, url: str, kinds: tuple[str, ...], restaurants: tuple[str, ...], as_json: bool
) -> None:
    """Have an address be told what happens from now on, and show its secret, this once."""
    from ordertrack.outgoing.failures import AddressRefused
    from ordertrack.tenants import accounts, audit
    from ordertrack.webhooks import endpoints

    with operator():
        tenant = accounts.find_tenant(tenant_slug)
        by = audit.operator(tenant.id, "webhook create")
        try:
            made, secret = endpoints.make(by, url, kinds, accounts.ids_of(tenant, restaurants))
        except AddressRefused as error:
            raise click.ClickException(str(error)) from None
        except endpoints.TooMany:
            raise click.ClickException(f"{tenant_slug} has {endpoints.MOST} endpoints already.") from None
        report(as_json, f"{made.id}  {secret}", id=made.id, secret=secret, tenant=tenant_slug, url=url)


@webhook.command("list")
@tenant_option
@as_json_option
def list_endpoints(tenant_slug: str, as_json: bool) -> None:
    """Print the endpoints: what each is told of, and whether it is disabled."""
    from ordertrack.tenants import accounts
    from ordertrack.webhooks import endpoints

    with operator():
        by = _operator(accounts.find_tenant(tenant_slug).id, "list")
        listed = [_listed(each) for each in endpoints.of(by)]
    if as_json:
        click.echo(json.dumps(listed))
        return
    for each in listed:
        state = f"disabled ({each['disabled_why']})" if each["disabled_why"] else "active"
        click.echo(f"{each['id']}  {each['url']}  {state}")


@webhook.command("rotate")
@tenant_option
@click.option("--id", "endpoint_id", type=click.UUID, required=True, help="Which endpoint.")
@as_json_option
def rotate(tenant_slug: str, endpoint_id: uuid.UUID, as_json: bool) -> None:
    """Give an endpoint another secret and show it, this once; the old one is good for a day beside it."""
    from ordertrack.tenants import accounts
    from ordertrack.webhooks import endpoints

    with operator():
        by = _operator(accounts.find_tenant(tenant_slug).id, "rotate")
        secret = endpoints.rotate(_find(by, endpoint_id), by)
        report(as_json, secret, id=endpoint_id, secret=secret)


@webhook.command("end")
@tenant_option
@click.option("--id", "endpoint_id", type=click.UUID, required=True, help="Which endpoint.")
def end(tenant_slug: str, endpoint_id: uuid.UUID) -> None:
    """Have an endpoint be told nothing any more."""
    from ordertrack.tenants import accounts
    from ordertrack.webhooks import endpoints

    with operator():
        by = _operator(accounts.find_tenant(tenant_slug).id, "end")
        endpoints.end(_find(by, endpoint_id), by)
        click.echo(f"The endpoint {endpoint_id} has ended.")


def _operator(tenant_id: uuid.UUID, command: str) -> Principal:
    from ordertrack.tenants import audit

    return audit.operator(tenant_id, f"webhook {command}")


def _find(by: Principal, endpoint_id: uuid.UUID) -> Endpoint:
    from ordertrack.webhooks import endpoints

    try:
        return endpoints.find(by, endpoint_id)
    except endpoints.NoSuchEndpoint:
        raise click.ClickException(f"There is no endpoint {endpoint_id}.") from None


def _listed(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "kinds": endpoint.kinds,
        "restaurants": [str(each) for each in endpoint.restaurant_ids or ()] or None,
        "made_at": endpoint.made_at.isoformat(),
        "disabled_at": endpoint.disabled_at.isoformat() if endpoint.disabled_at else None,
        "disabled_why": endpoint.disabled_why,
        "failing_since": endpoint.failing_since.isoformat() if endpoint.failing_since else None,
    }
