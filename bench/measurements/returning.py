"""Five thousand watchers, each behind by a hundred events, come back at once; what it costs the database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from contenders.others import Limit
from contenders.ours import Ordertrack
from feeding import capture
from house import House
from stage import Stage
from table import Row, at_most, number, ratios, refusals

BEHIND = 100
FEW = 50
AT_ONCE = "1500"  # connected and not yet current; what a gunicorn lets wait to be accepted is 2,048
STATISTICS_LAG = 12  # seconds until every idle connection has told PostgreSQL's statistics what it did


@dataclass
class Returns:
    seconds: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    refused: int = 0


def measure(stage: Stage) -> list[Row]:
    together, spread, limit, few = Returns(), Returns(), Returns(), Returns()
    with stage.house("returning") as house:
        with Ordertrack(stage, house) as ours:
            missed = capture(ours)[-BEHIND:]
        transactions = [_return(stage, house, few, FEW, settle=STATISTICS_LAG)]
        for number_of_round in range(stage.scale.rounds):
            settle = 0 if number_of_round else STATISTICS_LAG
            transactions.append(_return(stage, house, together, stage.scale.returning, settle=settle))
            _return(stage, house, spread, stage.scale.returning, spread=100)
            with Limit(stage, b"".join(missed)) as contender:
                options = ("-u", str(house.head().seq), "-w", AT_ONCE)
                with contender.watchers(stage.scale.returning, *options) as watchers:
                    limit.seconds.append(watchers.ready()["seconds"])
            stage.say(f"returning: {together.seconds[-1]:.2f} s together, {spread.seconds[-1]:.2f} s spread")
    return _rows(stage, together, spread, limit, few, transactions)


def _return(
    stage: Stage, house: House, returns: Returns, count: int, *, spread: int = 1, settle: float = 0
) -> int:
    """To a server that was just started and remembers nothing; the transactions that it cost.

    They are told right only after `settle`, and once the server's connections are closed.
    """
    with Ordertrack(stage, house) as ours:
        time.sleep(settle)
        transactions, reads = stage.transactions(house.settings), ours.metric("ordertrack_event_reads_total")
        options = ("-u", str(house.head().seq), "-w", AT_ONCE)
        with ours.watchers(count, *options, behind=BEHIND, spread=spread) as watchers:
            said = watchers.ready()
            returns.seconds.append(said["seconds"])
            returns.refused += said["refused"]
            returns.reads.append(ours.metric("ordertrack_event_reads_total") - reads)
    return stage.transactions(house.settings) - transactions


def _rows(
    stage: Stage, together: Returns, spread: Returns, limit: Returns, few: Returns, transactions: list[int]
) -> list[Row]:
    count = stage.scale.returning
    rows = []
    for where, returns in (
        (f"each behind by {BEHIND} events", together),
        (f"behind by {BEHIND} to {BEHIND + 99} events, at 100 different cursors", spread),
    ):
        beside = f"{number(ratios(returns.seconds, limit.seconds))} × {Limit.name}{refusals(returns.refused)}"
        rows.append(
            at_most(f"{count:,} watchers, {where}, reconnect to one core", returns.seconds, "s", beside, 10)
        )
    does_not_grow = max(together.reads) <= max(few.reads)
    reads = f"reads of the log while {count:,} reconnect"
    checks = f"— transactions of all kinds, sign-in checks among them, with {count:,}"
    return [
        *rows,
        Row(f"— {Limit.name}: connects and the same bytes", limit.seconds, "s"),
        Row(reads, together.reads, "", f"{few.reads[0]:.0f} with {FEW}", "does not grow", does_not_grow),
        Row("— at 100 different cursors", spread.reads, ""),
        Row(checks, [transactions[1]], "", f"{transactions[0]} with {FEW}"),
    ]
