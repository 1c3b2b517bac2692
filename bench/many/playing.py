"""One play: so many seconds of an evening at one rate, and what it came to."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import count
from random import Random
from uuid import UUID

from contenders.ours import Served
from many import costs, evening, judging
from many.client import Crowd, Played
from many.guests import GuestPositions
from many.judging import Entry, Screen
from many.town import EPOCH, SCREENS, Town
from ordertrack.boards.columns import BOARDS
from processes import cpu_seconds, wait_for
from stage import Stage

TURNOVER = 0.05 / 60  # of all screens, a second, go away and come back
CALM = 0.2  # of a processor
WARMING_UP = 0.15  # of a play, whose latencies do not count
_LOG = """
    SELECT split_part(metadata ->> 'tap', 'x', 2)::int, tenant_id, seq, order_id, restaurant_id,
        array_remove(ARRAY[from_status, to_status], NULL), true
      FROM order_status_events WHERE metadata ->> 'tap' LIKE %(mine)s
    UNION ALL
    SELECT split_part(metadata ->> 'tap', 'x', 2)::int, tenant_id, seq, order_id, restaurant_id,
        ARRAY[status], false
      FROM order_actions WHERE metadata ->> 'tap' LIKE %(mine)s
"""
_numbers = count(1)


@dataclass(frozen=True)
class Result:
    """Times in milliseconds; CPU in milliseconds an entry; `lost` counts screens and entries.

    `reached` is how many entries a second were made; `busiest_ms` is the busiest worker's, `beside_ms` the
    roll-up's and the clock's; `drained_s` how long after the last moment of the play something still came;
    `failed` requests were refused for good, `busy` were told 503 and came again, `cut` screens were cut by
    the server. `others`: how many processors were busy with what is no part of it; a figure next to which
    that is not near 0 is none.
    """

    restaurants: int
    streams: int
    rate: float
    p50_ms: float
    p99_ms: float
    lost: int
    worker_ms: float
    database_ms: float
    per_tenant: int
    workers: int
    seconds: float
    entries: int
    reached: float
    answer_p99_ms: float
    busiest_ms: float
    beside_ms: float
    client_ms: float
    transactions: float
    reads: float
    renders: float
    failed: int
    busy: int
    cut: int
    repeated: int
    turned: int
    connect_s: float
    drained_s: float
    others: float

    @property
    def said(self) -> dict[str, object]:
        """For JSON, which knows no infinity."""
        return {
            name: value if not isinstance(value, float) else round(value, 3) if math.isfinite(value) else None
            for name, value in asdict(self).items()
        }

    @property
    def holds(self) -> bool:
        """Whether the town is served at this rate."""
        return self.p99_ms <= 100 and not self.lost and not self.failed


@dataclass(frozen=True)
class Ground:
    """A town that is served: where plays take place."""

    stage: Stage
    town: Town
    server: Served
    guests: int

    @cached_property
    def positions(self) -> GuestPositions:
        return GuestPositions(self.town.settings.secret_key)

    def play(self, rate: float, seconds: float) -> Result:
        """New screens for everybody, then the evening, then the account of it."""
        self._wait_for_calm()
        name = f"play{next(_numbers)}"
        each = rate * seconds / len(self.town.places) / 9
        self.town.stock(evening.AT_A_TIME + math.ceil(each + 3 * math.sqrt(each)))
        lines, screens = self._screens()
        planned = evening.plan(self.town.places, rate, seconds, name, Random(name))
        with Crowd(self.stage.folder, self.server.port, lines) as crowd:
            connected = crowd.ready()
            before = self._costs(crowd)
            began = time.monotonic()
            played = crowd.play(evening.write(planned), seconds, TURNOVER * len(lines))
            used = self._costs(crowd).since(before)
            others = used.others / (time.monotonic() - began)
        rows = self.town.sql.execute(_LOG, {"mine": f"{name}x%"}).fetchall()
        entries = [
            Entry(request, tenant, seq, order, restaurant, frozenset(statuses), is_move)
            for request, tenant, seq, order, restaurant, statuses, is_move in rows
        ]
        told = judging.tell(entries, screens, judging.by_screen(self._in_the_log(played.came, screens)))
        return self._result(rate, seconds, len(lines), connected, played, told, used, others)

    def _in_the_log(
        self, came: Sequence[tuple[int, int, int, int]], screens: dict[UUID, list[tuple[int, Screen]]]
    ) -> list[tuple[int, int, int, int]]:
        """The rows with guests' positions as those of the log, which their pages are not told."""
        guests = {
            number: screen.order for here in screens.values() for number, screen in here if screen.order
        }

        def seq_of(position: int, number: int) -> int:
            order = guests.get(number)
            return position if order is None else self.positions.seq_of(order, position)

        return [(at, seq_of(position, number), number, whole) for at, position, number, whole in came]

    def _wait_for_calm(self) -> None:
        """Until the workers have done with what the play before left to them, if it was too much."""

        def is_calm() -> bool:
            before = sum(map(cpu_seconds, self.server.workers))
            time.sleep(0.5)
            return sum(map(cpu_seconds, self.server.workers)) - before < CALM * 0.5

        wait_for(is_calm, "calm", 60)

    def _costs(self, crowd: Crowd) -> costs.Costs:
        return costs.so_far(self.stage, self.server, self.town.settings, crowd.pids)

    def _screens(self) -> tuple[list[str], dict[UUID, list[tuple[int, Screen]]]]:
        """The streams as the load client wants them, and who watches what, by restaurant."""
        heads = self.town.heads()
        watched = [life.order for place in self.town.places for life in place.lives[: self.guests]]
        tokens = self.town.tokens(watched)
        lines: list[str] = []
        screens: dict[UUID, list[tuple[int, Screen]]] = defaultdict(list)
        for place in self.town.places:
            head, here = heads[place.tenant], screens[place.id]
            for (board, language), cookie in zip(SCREENS, place.cookies, strict=True):
                here.append((len(lines), Screen(place.tenant, frozenset(BOARDS[board].statuses))))
                lines.append(f"{EPOCH}-{head}\t/r/{place.slug}/{board}/stream?language={language}\t{cookie}")
            for life in place.lives[: self.guests]:
                here.append((len(lines), Screen(place.tenant, frozenset(), life.order)))
                lines.append(f"{self.positions.at(life.order, head)}\t/track/{tokens[life.order]}/stream")
        return lines, screens

    def _result(
        self,
        rate: float,
        seconds: float,
        streams: int,
        connected: float,
        played: Played,
        told: Sequence[judging.Told],
        used: costs.Costs,
        others: float,
    ) -> Result:
        warm = played.began + int(seconds * WARMING_UP * 1e9)
        sent = [answer[0] for answer in played.answers]
        warmed = [each for each in told if sent[each.entry.request] >= warm]
        shown = [
            (each.last - sent[each.entry.request]) / judging.NANO for each in warmed if each.last is not None
        ]
        shown += [math.inf] * sum(each.lost > 0 for each in warmed)
        answered = [
            (end - begin) / judging.NANO for begin, end, *_ in played.answers if begin >= warm and end
        ]
        made = max(1, len(told))
        last = max((each.last for each in told if each.last), default=played.began)
        return Result(
            restaurants=len(self.town.places),
            streams=streams,
            rate=rate,
            p50_ms=judging.percentile(shown, 50),
            p99_ms=judging.percentile(shown, 99),
            lost=sum(each.lost for each in told),
            worker_ms=used.worker * 1000 / made,
            database_ms=used.database * 1000 / made,
            per_tenant=self.town.per_tenant,
            workers=len(used.workers),
            seconds=seconds,
            entries=len(told),
            reached=len(told) / max(seconds, (last - played.began) / 1e9),
            answer_p99_ms=judging.percentile(answered, 99),
            busiest_ms=max(used.workers.values()) * 1000 / made,
            beside_ms=used.beside * 1000 / made,
            client_ms=played.cpu * 1000 / made,
            transactions=used.transactions / made,
            reads=used.reads / made,
            renders=used.renders / made,
            failed=sum(not 200 <= status < 300 for _, _, status, _ in played.answers),
            busy=played.counts["busy"],
            cut=played.counts["cut"],
            repeated=played.counts["repeated"],
            turned=played.counts["turned"],
            connect_s=connected,
            others=others,
            drained_s=max(0.0, (last - played.began) / 1e9 - seconds),
        )
