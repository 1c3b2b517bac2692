"""What options of the command line say of a log, or a sentence on what they should say instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.importing import roles
from ordertrack.importing.roles import Sources, UnusableColumns

LONGEST_NAME = 100


def mapping(_context: click.Context, _option: click.Parameter, value: str) -> Sources:
    try:
        return roles.parse(value)
    except UnusableColumns as error:
        raise click.BadParameter(str(error)) from error


def zone(_context: click.Context, _option: click.Parameter, value: str | None) -> ZoneInfo | None:
    return None if value is None else _zone(value)


def zones(_context: click.Context, _option: click.Parameter, values: Sequence[str]) -> dict[str | None, str]:
    """`Asia/Beirut` for all, `Hamra=Asia/Beirut` for one restaurant."""
    said: dict[str | None, str] = {}
    for value in values:
        name, equals, named = value.rpartition("=")
        said[name.strip() if equals else None] = _zone(named.strip()).key
    return said


def log_name(context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """The name given, or the file's."""
    try:
        if value is None:
            path: Path = context.params["file"]
            value = path.name
        return plain_text(value, LONGEST_NAME)
    except UnusableText as error:
        raise click.BadParameter(f"The log's name {error}. Give it another one.") from error


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{value!r} is not a time zone; one is named like Asia/Beirut.") from None
