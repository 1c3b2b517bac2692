"""What a change of an average is made of: what each part did for itself, and that parts weigh differently.

A fast restaurant that joins makes the total better though nobody is (Simpson). Kitagawa's split, with the
mean of both periods as the weights, leaves no rest.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Part(NamedTuple):
    """How many were counted, and the sum of what was measured of them: how many met a target, or seconds."""

    counted: float
    total: float


class Moved(NamedTuple):
    """What it made of the average that `key` came, or went: it is in one of the periods only."""

    key: Hashable
    made: float
    came: bool


class Split(NamedTuple):
    """`each` + `mix` + what all that `moved` made is the whole change of the average."""

    each: float
    mix: float
    moved: tuple[Moved, ...] = ()

    @property
    def whole(self) -> float:
        return self.each + self.mix + sum(each.made for each in self.moved)


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


def split_with_moved(now: Mapping[K, Part], before: Mapping[K, Part]) -> Split | None:
    """The same, with what came and what went told one by one, against the average of those that stayed.

    Where none stayed there is no such average, and all of it is mix.
    """
    here, there = ({key: part for key, part in parts.items() if part.counted} for parts in (now, before))
    stayed = [key for key in here if key in there]
    found = split({key: here[key] for key in stayed}, {key: there[key] for key in stayed})
    if found is None:
        return split(now, before)
    moved = [
        Moved(key, sign * (part.total - part.counted * _average(parts, stayed)) / counted, sign > 0)
        for parts, sign in ((here, 1), (there, -1))
        for counted in [sum(part.counted for part in parts.values())]
        for key, part in parts.items()
        if key not in stayed
    ]
    return found._replace(moved=tuple(moved))


def _average(parts: Mapping[K, Part], keys: Collection[K]) -> float:
    return sum(parts[key].total for key in keys) / sum(parts[key].counted for key in keys)
