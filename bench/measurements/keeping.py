"""What reports cost a transition: the process of roll-up and clock, and the count in each event."""

from __future__ import annotations

import os
import re
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from psycopg import connect

from contenders.ours import Ordertrack
from house import House, plain_url
from measurements.transitions import CALLERS, advance
from processes import wait_for
from stage import Stage
from table import Row, at_least, ratios

SMALLEST_SHARE = 0.9
BARE, COUNTED, KEPT = "without either", "with the count alone", "with both"
_MAKES_A_MOVE = (
    "SELECT pg_get_functiondef(oid) FROM pg_proc"
    " WHERE proname = 'advance_order' AND prosrc LIKE '%kitchen\\_load(%'"
)


def measure(stage: Stage) -> list[Row]:
    rates: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        house = stack.enter_context(stage.house("keeping"))
        ours = stack.enter_context(Ordertrack(stage, house))

        def measured(name: str) -> None:
            orders = house.place(stage.scale.tapped)
            rates[name].append(advance(stage, ours, orders, ours.tap))
            stage.say(f"keeping: {name}: {rates[name][-1]:.0f} transitions a second")

        for _ in range(stage.scale.rounds):
            with _stopped(_keeper(ours)):
                with _without_count(house):
                    measured(BARE)
                measured(COUNTED)
            # What was written while it stood still is no part of keeping up.
            wait_for(lambda: _is_kept_up(house), "the roll-up to have caught up", 120)
            measured(KEPT)
    what = f"transitions a second while the roll-up is kept up, one worker, {CALLERS} callers"
    counted = f"{ratios(rates[COUNTED], rates[BARE]):.2f} × {BARE}"
    return [
        at_least(what, rates[KEPT], rates[BARE], BARE, SMALLEST_SHARE),
        Row(f"— {COUNTED}", rates[COUNTED], "", counted),
        Row(f"— {BARE}", rates[BARE], ""),
    ]


def _is_kept_up(house: House) -> bool:
    with connect(plain_url(house.settings.operator_url)) as connection:
        behind = "SELECT count(*) FROM tenant_streams LEFT JOIN sla_progress USING (tenant_id)"
        row = connection.execute(
            f"{behind} WHERE tenant_streams.seq > coalesce(sla_progress.seq, 0)"
        ).fetchone()
    return row == (0,)


def _keeper(server: Ordertrack) -> int:
    (found,) = server.beside("background")
    return found


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def _without_count(house: House) -> Iterator[None]:
    """The function that makes a move, with a constant where it counts what the kitchen has."""
    with connect(plain_url(house.settings.operator_url), autocommit=True) as connection:
        with_count = [definition for (definition,) in connection.execute(_MAKES_A_MOVE)]
        for each in with_count:
            without, replaced = re.subn(r"public\.kitchen_load\([^)]*\)", "1::smallint", each)
            assert replaced
            connection.execute(without)
        try:
            yield
        finally:
            for each in with_count:
                connection.execute(each)
