"""Which followers, kinds of jobs and rounds there are: every room that has some is named here."""

from __future__ import annotations

from ordertrack.following import cleaning


def register() -> None:
    """Have the process that follows know all of them."""
    cleaning.register()
