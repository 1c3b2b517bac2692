"""Options that several commands have."""

from __future__ import annotations

import click

tenant_option = click.option(
    "--tenant", "tenant_slug", required=True, metavar="SLUG", help="The tenant's slug."
)
