"""What options of the command line mean, or a sentence on what they should say instead."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ordertrack.demo.replay import log_columns
from ordertrack.demo.replay.as_logged import EPOCH
from ordertrack.demo.replay.log_columns import Sources, UnusableColumns
from ordertrack.demo.replay.logged_order import Reading
from ordertrack.i18n.plain_text import UnusableText, plain_text

LONGEST_NAME = 100


def speed(_context: click.Context, _option: click.Parameter, value: str) -> float:
    """How many times as fast as it was; 0 for `max`, which is as fast as it goes."""
    try:
        times = 0.0 if value == "max" else float(value)
    except ValueError:
        times = -1.0
    if not 0 <= times < float("inf"):
        raise click.BadParameter(f"{value!r} is neither a number from 0 up nor max.")
    return times


def mapping(_context: click.Context, _option: click.Parameter, value: str) -> Sources:
    try:
        return log_columns.parse(value)
    except UnusableColumns as error:
        raise click.BadParameter(str(error)) from error


def zone(_context: click.Context, _option: click.Parameter, value: str | None) -> ZoneInfo | None:
    if value is None:
        return None
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{value!r} is not a time zone; one is named like Asia/Beirut.") from None


def log_name(context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """The name given, or the file's."""
    try:
        return plain_text(value if value is not None else context.params["file"].name, LONGEST_NAME)
    except UnusableText as error:
        raise click.BadParameter(f"The log's name {error}. Give it another one.") from error


def log_begins(as_logged: bool, first_day: dt.datetime | None, reading: Reading) -> dt.datetime | None:
    """The moment from which on the log's times count; None if it is to be played now."""
    if not as_logged:
        if first_day is not None:
            raise click.UsageError("--from is for --as-logged: what is played happens now.")
        return None
    if reading.writes_moments:
        if first_day is not None:
            raise click.UsageError("The log's times are moments already: leave out --from.")
        return EPOCH
    if first_day is None:
        raise click.UsageError("The log's times are numbers: say with --from which day they count from.")
    return first_day.replace(tzinfo=dt.UTC)
