"""What is said of a replay: the bad rows by line, and the sum of it all, for people or for programs."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ordertrack.demo.replay.order_log import OrderLog
from ordertrack.demo.simulation.tally import ReplayTally
from ordertrack.importing.logged_order import BadRow


def point_out(shown: list[BadRow], count: int, report: Path | None) -> None:
    for row in shown:
        say(f"line {row.line}: {row.fault}: {row.reason}")
    if count > len(shown):
        where = f"all are in {report}" if report is not None else "--report writes all into a file"
        how_many = f"... and {count - len(shown):,} more" if shown else f"{count:,} bad rows"
        say(f"{how_many}; {where}.")


def write_report(bad_rows: list[BadRow], report: Path) -> None:
    with report.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(BadRow._fields)
        table.writerows(bad_rows)


def sum_up(name: str, log: OrderLog, tally: ReplayTally, as_json: bool) -> None:
    if as_json:
        made: dict[str, Any] = {"log": name, "rows": log.rows, "orders": len(log.orders)}
        click.echo(json.dumps({**made, "skipped": log.faults, **asdict(tally)}))
        return
    faults = ", ".join(f"{count:,} {fault}" for fault, count in sorted(log.faults.items()))
    skipped = f"; skipped: {faults}" if faults else ""
    click.echo(f"{name}: {log.rows:,} rows, {len(log.orders):,} of them good{skipped}.")
    for sentence in tally.sentences:
        click.echo(sentence)


def say(sentence: str) -> None:
    click.echo(sentence, err=True)
