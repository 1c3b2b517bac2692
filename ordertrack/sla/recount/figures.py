"""What is to be said of some times together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ordertrack.sla.recount.times import Time


@dataclass(frozen=True, slots=True)
class Exact:
    """`seconds` are all that count, sorted; the counts are those of a report's figures."""

    seconds: Sequence[float]
    judged: int
    in_target: int
    left_out: Mapping[str, int]
    again: int
    cancelled: int
    walked: int
    drawn: int

    @property
    def count(self) -> int:
        return len(self.seconds)

    @property
    def mean(self) -> float:
        return math.fsum(self.seconds) / len(self.seconds)

    def percentile(self, percent: int) -> float:
        """The time within which so many of a hundred were done: one of the times."""
        return self.seconds[max(1, -(-len(self.seconds) * percent // 100)) - 1]

    @property
    def is_empty(self) -> bool:
        return not (
            self.seconds or sum(self.left_out.values()) or self.cancelled or self.walked or self.drawn
        )


def figures_of(times: Iterable[Time], *, with_doubtful: bool) -> Exact:
    """Doubtful and drawn times are counted beside the others, and among them where they are wanted."""
    several = list(times)
    wanted = ("ended", "drawn") if with_doubtful else ("ended",)
    ended = [time for time in several if time.outcome in wanted]
    counted = [time for time in ended if with_doubtful or time.doubt is None]
    judged = [time for time in counted if time.target is not None]
    outcomes = Counter(time.outcome for time in several)
    return Exact(
        sorted(time.seconds for time in counted),
        len(judged),
        sum(time.target is not None and time.seconds <= time.target for time in judged),
        Counter(time.doubt for time in ended if time.doubt is not None),
        sum(time.is_again for time in counted),
        outcomes["cancelled"],
        outcomes["skipped"],
        outcomes["drawn"],
    )
