"""Deliveries a second a core: real board frames to all watchers of one board, every contender in turn."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from statistics import mean

from contenders.contender import Contender
from contenders.others import NCHAN, Limit, Nchan, Textbook
from contenders.ours import Ordertrack
from feeding import Fed, by_log, by_post, by_taps, capture, one_by_one
from house import kitchen_moves
from stage import Stage
from table import Row, at_least, ratios

ALONE = "ordertrack, each event alone"
TAPPED = "ordertrack, by single taps"


def measure(stage: Stage) -> list[Row]:
    with ExitStack() as stack:
        house = stack.enter_context(stage.house("deliveries"))
        ours = stack.enter_context(Ordertrack(stage, house))
        kinds = [Limit, Textbook, *([Nchan] if NCHAN else [])]
        others: list[Contender] = [stack.enter_context(kind(stage)) for kind in kinds]
        frames = capture(ours)
        fed: dict[str, list[Fed]] = defaultdict(list)
        for _ in range(stage.scale.rounds):
            _play_round(stage, ours, others, frames, fed)
    return _rows(stage, fed, mean(map(len, frames)))


def _play_round(
    stage: Stage, ours: Ordertrack, others: list[Contender], frames: list[bytes], fed: dict[str, list[Fed]]
) -> None:
    orders = stage.scale.orders
    for name, feed, count in (
        (ours.name, by_log, orders),
        (ALONE, one_by_one, orders // 3),
        (TAPPED, by_taps, orders // 3),
    ):
        moves = kitchen_moves(ours.house.place(count))
        with ours.watchers(stage.scale.watchers) as watchers:
            watchers.ready()
            fed[name].append(feed(ours, watchers, moves))
        stage.say(f"deliveries: {name}: {fed[name][-1].rate:,.0f} a second")
    for other in others:
        with other.watchers(stage.scale.watchers) as watchers:
            watchers.ready()
            fed[other.name].append(by_post(other, watchers, frames, 3 * orders))
        stage.say(f"deliveries: {other.name}: {fed[other.name][-1].rate:,.0f} a second")


def _rows(stage: Stage, fed: dict[str, list[Fed]], size: float) -> list[Row]:
    rates = {name: [one.rate for one in rounds] for name, rounds in fed.items()}
    of_cpu = {name: [one.rate_of_cpu for one in rounds] for name, rounds in fed.items()}
    ours = Ordertrack.name
    crowd = f"{stage.scale.watchers:,} watchers of one board"
    what = f"deliveries a second a core, frames of {size:,.0f} bytes, {crowd}, events as fast as they commit"
    rows = [
        at_least(what, rates[ours], rates[Limit.name], Limit.name, 0.5),
        at_least("— the same, beside the textbook way", rates[ours], rates[Textbook.name], Textbook.name, 2),
    ]
    beside_nchan = "— the same, beside nchan"
    if Nchan.name in rates:
        rows.insert(1, at_least(beside_nchan, rates[ours], rates[Nchan.name], Nchan.name, 1.6))
    else:
        rows.insert(1, Row(beside_nchan, rates[ours], "", "nchan: not installed", "≥ 1.6 × nchan"))
    rows += [Row(f"— {name}", rates[name], "") for name in rates if name not in (ours, ALONE)]
    for name, figures in of_cpu.items():
        rows.append(Row(f"— {name}, a second of the server's CPU", figures, ""))
    others = [name for name in (Limit.name, Nchan.name, Textbook.name) if name in of_cpu]
    beside = "; ".join(f"{ratios(of_cpu[ALONE], of_cpu[name]):.2f} × {name}" for name in others)
    next(row for row in rows if ALONE in row.what).ratio = beside
    rows[0].raw = {name: [vars(one) for one in rounds] for name, rounds in fed.items()}
    return rows
