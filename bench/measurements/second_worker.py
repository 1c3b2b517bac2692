"""A second worker on the second core: deliveries a second of the busiest worker's CPU, with one and with two.

All streams of a company are held by one worker, so it takes many companies. The load client needs a core as
well, so on a machine of two the clock on the wall cannot show what a second worker brings; the time that each
worker's CPU was busy can.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack

from contenders.ours import Served
from many.client import Crowd
from many.town import EPOCH, SCREENS, Town
from measurements.evening import play
from processes import cpu_seconds
from stage import Stage
from table import Row, ratios

COMPANIES, OPEN = 20, 6
AT_ONCE = 20  # entries of each company that come together
QUIET = 1.5  # seconds without a frame, after which all have come: the logs are looked at once a second


def measure(stage: Stage) -> list[Row]:
    of_cpu: dict[int, list[float]] = defaultdict(list)
    splits = []
    with ExitStack() as stack:
        towns = {}
        for workers in (1, 2):
            settings = stack.enter_context(stage.database(f"workers_{workers}"))
            towns[workers] = town = Town(settings, COMPANIES, 1)
            stack.callback(town.close)
            town.stock(OPEN)
        servers = {
            workers: stack.enter_context(Served(stage, town.settings, workers))
            for workers, town in towns.items()
        }
        for _ in range(stage.scale.rounds):
            for workers, server in servers.items():
                rate, split = _round(stage, towns[workers], server)
                of_cpu[workers].append(rate)
            splits.append(" + ".join(map(str, split)))
            stage.say(f"second worker: split {splits[-1]}")
    ratio = ratios(of_cpu[2], of_cpu[1])
    what = f"two workers, {COMPANIES} companies: deliveries a second of the busiest worker's CPU"
    how = f"— how the {stage.scale.watchers:,} watchers fell to the two, each round"
    return [
        Row(what, of_cpu[2], "", f"{ratio:.2f} × one worker", "≥ 1.9 × one worker", ratio >= 1.9),
        Row("— one worker", of_cpu[1], ""),
        Row(how, [], "; ".join(splits)),
    ]


def _round(stage: Stage, town: Town, server: Served) -> tuple[float, list[int]]:
    """Deliveries a second of the busiest worker's CPU, and how many streams each worker held."""
    heads = town.heads()
    lines = []
    for n in range(stage.scale.watchers):
        place = town.places[n % COMPANIES]
        nth = n // COMPANIES % len(SCREENS)
        (board, language), cookie = SCREENS[nth], place.cookies[nth]
        address = f"/r/{place.slug}/{board}/stream?language={language}"
        lines.append(f"{EPOCH}-{heads[place.tenant]}\t{address}\t{cookie}")
    with Crowd(stage.folder, server.port, lines) as crowd:
        crowd.ready()
        split = server.split()
        before = {pid: cpu_seconds(pid) for pid in server.workers}
        told = crowd.frames()
        for _ in range(max(1, stage.scale.orders // AT_ONCE)):
            play(town.sql, few=AT_ONCE, many=AT_ONCE)
            crowd.settle(QUIET)
        used = [cpu_seconds(pid) - began for pid, began in before.items()]
        return (crowd.frames() - told) / max(used), split
