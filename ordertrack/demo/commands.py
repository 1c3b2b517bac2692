"""The commands that play: a tenant to try things on, a simulated rush, the replay of a log."""

from __future__ import annotations

import click


@click.command()
def demo() -> None:
    """Make the demo tenant, or find it, and print its sign-ins."""


@click.command()
def rush() -> None:
    """Simulate a service on the demo tenant."""


@click.command()
def replay() -> None:
    """Play a log of orders through the normal path."""
