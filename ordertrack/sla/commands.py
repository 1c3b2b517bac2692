"""The command of the roll-up: making it anew from the log."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from ordertrack.database.operating import operator
from ordertrack.database.session import db, enter_tenant
from ordertrack.orders.log import event_log
from ordertrack.sla.rollup import extend
from ordertrack.tenants import accounts
from ordertrack.tenants.models import Tenant


@click.group()
def sla() -> None:
    """What reports read."""


@sla.command()
@click.option("--tenant", "slug", metavar="SLUG", help="Only this tenant's.")
def rebuild(slug: str | None) -> None:
    """Make the roll-up anew from the log.

    It gives the same figures as the one that is kept up; reports go on reading that one until the new one is
    done. Events of the last seconds follow by themselves while a server runs.
    """
    with operator():
        tenants = [accounts.find_tenant(slug)] if slug else list(db.session.scalars(select(Tenant)))
        db.session.commit()
        for tenant in tenants:
            enter_tenant(tenant.id)
            head = event_log.head(tenant.id).seq
            with click.progressbar(length=head, label=tenant.slug, file=sys.stderr) as bar:
                reached = extend.rebuild(tenant.id, bar.update)
            click.echo(f"{tenant.slug}: {reached:,} of {head:,} events are in the roll-up.")
