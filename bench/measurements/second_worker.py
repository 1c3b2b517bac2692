"""A second worker on the second core: deliveries a second of the busiest worker's CPU, with one and with two.

The load client needs a core as well, so on a machine of two the clock on the wall cannot show what a second
worker brings; the time that each worker's CPU was busy can, and both are told.
"""

from __future__ import annotations

from contextlib import ExitStack

from contenders.ours import Ordertrack
from feeding import Fed, by_batch
from house import kitchen_moves
from stage import Stage
from table import Row, ratios


def measure(stage: Stage) -> list[Row]:
    fed: dict[int, list[Fed]] = {1: [], 2: []}
    splits = []
    with ExitStack() as stack:
        servers = {
            workers: stack.enter_context(
                Ordertrack(stage, stack.enter_context(stage.house(f"workers_{workers}")), workers)
            )
            for workers in fed
        }
        for _ in range(stage.scale.rounds):
            for workers, server in servers.items():
                moves = kitchen_moves(server.house.place(stage.scale.orders))
                with server.watchers(stage.scale.watchers) as watchers:
                    watchers.ready()
                    split = server.split()
                    fed[workers].append(by_batch(server, watchers, moves))
            splits.append(" + ".join(map(str, split)))
            stage.say(f"second worker: split {splits[-1]}")
    return _rows(stage, fed, splits)


def _rows(stage: Stage, fed: dict[int, list[Fed]], splits: list[str]) -> list[Row]:
    of_cpu = {workers: [one.rate_of_cpu for one in rounds] for workers, rounds in fed.items()}
    on_wall = {workers: [one.rate for one in rounds] for workers, rounds in fed.items()}
    ratio = ratios(of_cpu[2], of_cpu[1])
    what = "two workers, a core each: deliveries a second of the busiest worker's CPU"
    return [
        Row(what, of_cpu[2], "", f"{ratio:.2f} × one worker", "≥ 1.8 × one worker", ratio >= 1.8),
        Row("— one worker", of_cpu[1], ""),
        Row(
            f"— how the {stage.scale.watchers:,} watchers fell to the two, each round", [], "; ".join(splits)
        ),
        Row(
            "— by the clock on the wall, the load client on the second worker's core",
            on_wall[2],
            "",
            f"{ratios(on_wall[2], on_wall[1]):.2f} × one worker",
        ),
    ]
