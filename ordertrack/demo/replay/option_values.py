"""What options of `ordertrack replay` mean, or a sentence on what they should say instead."""

from __future__ import annotations

import datetime as dt

import click

from ordertrack.demo.replay.order_log import OrderLog


def speed(_context: click.Context, _option: click.Parameter, value: str) -> float:
    """How many times as fast as it was; 0 for `max`, which is as fast as it goes."""
    try:
        times = 0.0 if value == "max" else float(value)
    except ValueError:
        times = -1.0
    if not 0 <= times < float("inf"):
        raise click.BadParameter(f"{value!r} is neither a number from 0 up nor max.")
    return times


def refuse_days(as_logged: bool, first_day: dt.datetime | None, log: OrderLog) -> None:
    """Raise UsageError where a day is said that numbers do not count from, or none from which they do."""
    if not as_logged and first_day is not None:
        raise click.UsageError("--from is for --as-logged: what is played happens now.")
    if as_logged and log.is_of_numbers and first_day is None:
        raise click.UsageError("The log's times are numbers: say with --from which day they count from.")
    if first_day is not None and not log.counts_from_a_day:
        raise click.UsageError("The log's times are moments already: leave out --from.")
