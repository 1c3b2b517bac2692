"""The four figures on top of a report, each with how it changed, and whether that is good."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isclose

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.sla.measure.figures import ERROR, Bounded, Over, StageFigures
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import Report


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
    """`base` says of how many orders it is, where that is not the figure itself."""

    title: str
    value: str
    change: Change | None
    base: str = ""


_HALF_A_POINT = 0.005
_TOO_FEW = 10  # times as many orders now: the period before has too little to say of times and shares
_MANY_TIMES = 3  # from here on a percentage says less than a factor


def tiles(report: Report) -> list[Tile]:
    """Orders, p50, p90 and, where there was a target, the share in it; of the chosen stage."""
    stage = of_chosen(report)
    now, before = stage.now, stage.before
    says_something = is_comparable(stage)
    p50, p90 = slower_or_faster(now.p50, before.p50), slower_or_faster(now.p90, before.p90)
    base = ngettext("of %(num)s order", "of %(num)s orders", now.count, num=number(now.count))
    made = [
        Tile(_("Orders"), number(now.count), _more_or_fewer(now.count, before.count)),
        Tile(_("Half within (p50)"), wording.time(now.p50), p50 if says_something else None, base),
        Tile(_("9 of 10 within (p90)"), wording.time(now.p90), p90 if says_something else None, base),
    ]
    if now.share is not None:
        points = _points(now.share, before.share)
        judged = ngettext(
            "%(met)s of %(num)s order with a target",
            "%(met)s of %(num)s orders with a target",
            now.judged,
            met=number(now.in_target),
            num=number(now.judged),
        )
        share = formats.share(now.share)
        made.append(Tile(_("In target"), share, points if says_something else None, judged))
    return made


def is_comparable(stage: StageFigures) -> bool:
    """Whether the period before had enough orders to say something of times and shares."""
    return stage.before.count * _TOO_FEW > stage.now.count


def of_chosen(report: Report) -> StageFigures:
    return next(stage for stage in report.stages if stage.stage is report.selection.stage)


def slower_or_faster(now: float | None, before: float | None) -> Change | None:
    """None where there is nothing to compare; the same where the error of both could be the difference."""
    if now is None or before is None:
        return None
    difference = now - before
    is_over = isinstance(now, Bounded) or isinstance(before, Bounded)
    explained = ERROR * (now + before)
    if abs(difference) <= explained or isclose(abs(difference), explained):
        return None if is_over else _same()
    length = wording.time(Over(abs(difference)) if is_over else abs(difference))
    if difference > 0:
        return Change("▲", _("%(time)s slower", time=length), Tone.WORSE)
    return Change("▼", _("%(time)s faster", time=length), Tone.BETTER)


def _same() -> Change:
    return Change("=", _("about the same"), Tone.SAME)


def _more_or_fewer(now: int, before: int) -> Change | None:
    if not before:
        return None
    if now == before:
        return Change("=", _("as many"), Tone.NEUTRAL)
    if now >= _MANY_TIMES * before:
        times = round(now / before)
        said = ngettext("%(num)s times as many", "%(num)s times as many", times, num=number(times))
        return Change("▲", said, Tone.NEUTRAL)
    share = formats.percent(abs(now - before) / before)
    if now > before:
        return Change("▲", _("%(share)s more", share=share), Tone.NEUTRAL)
    return Change("▼", _("%(share)s fewer", share=share), Tone.NEUTRAL)


def _points(now: float, before: float | None) -> Change | None:
    if before is None:
        return None
    if abs(now - before) < _HALF_A_POINT:
        return _same()
    points = max(1, round(abs(now - before) * 100))
    if now > before:
        return Change("▲", ngettext("%(num)s point better", "%(num)s points better", points), Tone.BETTER)
    return Change("▼", ngettext("%(num)s point worse", "%(num)s points worse", points), Tone.WORSE)
