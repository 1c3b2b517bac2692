"""One render a view and event, one read a process and event: counted, for one watcher and for a thousand."""

from __future__ import annotations

from contenders.ours import Ordertrack
from house import kitchen_moves
from stage import Stage
from table import Row

EVENTS = 60
COUNTERS = {"renders": 'ordertrack_renders_total{channel="kitchen"}', "reads": "ordertrack_event_reads_total"}


def measure(stage: Stage) -> list[Row]:
    counted = {}
    crowds = (1, stage.scale.watchers)
    with stage.house("counted") as house, Ordertrack(stage, house) as server:
        for crowd in crowds:
            counted[crowd] = _count(server, crowd)
    rows = []
    for name, what in (("renders", "renders a view and event"), ("reads", "reads a process and event")):
        one, many = (counted[crowd][name] / EVENTS for crowd in crowds)
        what = f"{what}, {EVENTS} events that come alone, {crowds[1]:,} watchers"
        rows.append(Row(what, [many], "", f"{one:.2f} for one watcher", "one", one == many == 1))
    return rows


def _count(server: Ordertrack, crowd: int) -> dict[str, float]:
    """What the counters rose by; each event is delivered to everybody before the next one is made."""
    moves = kitchen_moves(server.house.place(EVENTS // 3))
    position = server.house.head().seq
    with server.watchers(crowd) as watchers:
        watchers.ready()
        before = {name: server.metric(counter) for name, counter in COUNTERS.items()}
        for number, move in enumerate(moves):
            watchers.expect(position + 1 + number, 1)
            server.house.commit([move])
            watchers.delivered()
        return {name: server.metric(counter) - before[name] for name, counter in COUNTERS.items()}
