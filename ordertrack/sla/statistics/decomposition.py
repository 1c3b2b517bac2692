"""What a change of an average is made of: what each part did for itself, and that parts weigh differently.

A fast restaurant that joins makes the total better though nobody is (Simpson). Kitagawa's split, with the
mean of both periods as the weights, leaves no rest.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Part(NamedTuple):
    """How many were counted, and the sum of what was measured of them: how many met a target, or seconds."""

    counted: float
    total: float


class Split(NamedTuple):
    """`each` + `mix` is the whole change of the average."""

    each: float
    mix: float

    @property
    def whole(self) -> float:
        return self.each + self.mix


def split(now: Mapping[K, Part], before: Mapping[K, Part]) -> Split | None:
    """The change of the average from before to now; None where one of the periods has nothing.

    A part that is in one period only has no change of its own: that it came or went is mix.
    """
    all_now, all_before = (sum(part.counted for part in parts.values()) for parts in (now, before))
    if not all_now or not all_before:
        return None
    nothing = Part(0, 0)
    each = mix = 0.0
    for key in {**now, **before}:
        here, there = now.get(key, nothing), before.get(key, nothing)
        if not here.counted and not there.counted:
            continue
        after = here.total / here.counted if here.counted else there.total / there.counted
        earlier = there.total / there.counted if there.counted else after
        weight, weighed = here.counted / all_now, there.counted / all_before
        each += (weight + weighed) / 2 * (after - earlier)
        mix += (weight - weighed) * (after + earlier) / 2
    return Split(each, mix)
