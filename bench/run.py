"""make bench: measures what ordertrack promises of its speed, beside others on the same machine."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys

import programs
import table
from stage import FULL, QUICK, Stage

MEASUREMENTS = (
    "deliveries",
    "crowd",
    "boards_of_many",
    "returning",
    "silence",
    "taps",
    "transitions",
    "keeping",
    "second_worker",
    "counted",
    "watched",
    "evening",
)
HOW = """Each server has the first core to itself; the load client, PostgreSQL and whoever writes share the
last one, for every contender alike. Rounds are interleaved; a ratio is the median of the ratios within a
round. All contenders send the bytes that a kitchen board of ordertrack was sent, captured from its stream.
ordertrack authorizes and checks every watcher and tap; of the others none does."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="measure this one (repeatable)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: to see that it works")
    asked = parser.parse_args()
    programs.compile_all()
    names = asked.only or MEASUREMENTS
    rows: list[table.Row] = []
    with Stage(QUICK if asked.quick else FULL) as stage:
        import machine  # after the stage, which decides the core that everything begins on

        described = machine.describe(stage)
        for name in names:
            stage.say(name)
            rows += importlib.import_module(f"measurements.{name}").measure(stage)
        how = HOW + f" The run took {stage.seconds:.0f} s." + (" It was a quick one." if asked.quick else "")
    for row in rows:
        print(f"{row.what}: {row.measured}  {row.ratio}  {row.target}  {row.verdict}")
    if asked.quick:
        print("This was a quick run of one small round: it shows that all of it works, and no figure.")
    if asked.only or asked.quick:
        print("RESULTS.md is left alone: it is written by a full run only.")
    else:
        table.write(described, how, rows)


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
