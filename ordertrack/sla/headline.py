"""The four figures on top of a report, each with how it changed, and whether that is good."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ordertrack.sla import wording
from ordertrack.sla.figures import ERROR, Report, StageFigures


class Tone(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before; `symbol` points where the figure went, `tone` says what to think of it."""

    symbol: str
    words: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Tile:
    title: str
    value: str
    change: Change | None


_SAME = Change("=", "about the same", Tone.SAME)
_HALF_A_POINT = 0.005
_TOO_FEW = 10  # times as many orders now: the period before has too little to say of times and shares
_MANY_TIMES = 3  # from here on a percentage says less than a factor


def tiles(report: Report) -> list[Tile]:
    """Orders, p50, p90 and, where there was a target, the share in it; of the chosen stage."""
    stage = of_chosen(report)
    now, before = stage.now, stage.before
    says_something = before.count * _TOO_FEW > now.count
    p50, p90 = slower_or_faster(now.p50, before.p50), slower_or_faster(now.p90, before.p90)
    made = [
        Tile("Orders", f"{now.count:,}", _more_or_fewer(now.count, before.count)),
        Tile("Half within (p50)", wording.time(now.p50), p50 if says_something else None),
        Tile("9 of 10 within (p90)", wording.time(now.p90), p90 if says_something else None),
    ]
    if now.share is not None:
        points = _points(now.share, before.share)
        made.append(Tile("In target", wording.share(now.share), points if says_something else None))
    return made


def of_chosen(report: Report) -> StageFigures:
    return next(stage for stage in report.stages if stage.stage is report.selection.stage)


def slower_or_faster(now: float | None, before: float | None) -> Change | None:
    """None where there is nothing to compare; the same where the error of both could be the difference."""
    if now is None or before is None:
        return None
    difference = now - before
    if abs(difference) <= ERROR * (now + before):
        return _SAME
    length = wording.time(abs(difference))
    if difference > 0:
        return Change("▲", f"{length} slower", Tone.WORSE)
    return Change("▼", f"{length} faster", Tone.BETTER)


def _more_or_fewer(now: int, before: int) -> Change | None:
    if not before:
        return None
    if now == before:
        return Change("=", "as many", Tone.NEUTRAL)
    if now >= _MANY_TIMES * before:
        return Change("▲", f"{round(now / before):,} times as many", Tone.NEUTRAL)
    percent = f"{abs(now - before) / before:.0%}".replace("%", " %")
    if now > before:
        return Change("▲", f"{percent} more", Tone.NEUTRAL)
    return Change("▼", f"{percent} fewer", Tone.NEUTRAL)


def _points(now: float, before: float | None) -> Change | None:
    if before is None:
        return None
    if abs(now - before) < _HALF_A_POINT:
        return _SAME
    points = wording.counted(max(1, round(abs(now - before) * 100)), "point")
    if now > before:
        return Change("▲", f"{points} better", Tone.BETTER)
    return Change("▼", f"{points} worse", Tone.WORSE)
