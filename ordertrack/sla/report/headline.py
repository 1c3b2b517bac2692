"""The figures on top of a report, each with how it changed, if its numbers bear that, and if it is good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, isclose

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.sla.measure.fates import Fates
from ordertrack.sla.measure.figures import ERROR, Bounded, Figures, Over, StageFigures
from ordertrack.sla.report import order_links, wording
from ordertrack.sla.report.contents import AtOneTarget, Compared, Report
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.ranking import FEWEST
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.intervals import Range, differ, difference


class Tone(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NEUTRAL = "neutral"


CLEAR = (Tone.BETTER, Tone.WORSE)


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before; `symbol` points where the figure went, `tone` says what to think of it."""

    symbol: str
    words: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Tile:
    """`base` says of which orders it is; `bounds` how far it can be from what is behind these.

    `link` is where the orders are that its value counts; `parts` are those of the base, each with where its
    are. `is_of_stage`: of times of the stage, beside which stands what of these is left out.
    """

    title: str
    value: str
    change: Change | None
    base: str = ""
    bounds: str = ""
    link: str | None = None
    parts: Sequence[tuple[str, str | None]] = ()
    is_of_stage: bool = True


_HALF_A_POINT = 0.005
_MANY_TIMES = 3  # from here on a percentage says less than a factor


def tiles(report: Report) -> list[Tile]:
    """Orders that began; of the stage's times the share in target, p50 and p90; promises that were kept."""
    stage = of_chosen(report)
    now = stage.now
    base = ngettext("of %(num)s time", "of %(num)s times", now.count, num=number(now.count))
    made = [_orders(report)]
    if now.judged:
        made.append(_in_target(report, stage))
    for title, share, time in (
        (_("Half within (p50)"), 0.5, now.p50),
        (_("9 of 10 within (p90)"), 0.9, now.p90),
    ):
        change = time_change(stage, share) or too_few(stage)
        if change and change.tone is not Tone.SAME and is_turned_by_mix(report.compared):
            change = replace(change, tone=Tone.NEUTRAL)
        made.append(Tile(title, wording.time(time), change, base, wording.time_range(now, share)))
    if report.fates.now.promised:
        made.append(_on_time(report))
    return made


def _orders(report: Report) -> Tile:
    became = report.fates
    is_running = report.selection.hours_over is not None
    change = _more_or_fewer(became.like.ended if is_running else became.orders, became.before.ended)
    chosen = report.selection
    parts = [
        (words, order_links.of_fate(chosen, fate, became.orders)) for fate, words in wording.each_fate(became)
    ]
    return Tile(
        _("Orders that began"),
        number(became.orders),
        change,
        wording.fates(became),
        link=order_links.of_fate(chosen, Fate.ALL, became.orders),
        parts=parts,
        is_of_stage=False,
    )


def _in_target(report: Report, stage: StageFigures) -> Tile:
    now = stage.now
    base = ngettext(
        "%(met)s of %(num)s time with a target",
        "%(met)s of %(num)s times with a target",
        now.judged,
        met=number(now.in_target),
        num=number(now.judged),
    )
    if now.unjudged:
        base = formats.listed([base, wording.unjudged(now.unjudged)])
    change = _of_share(report, stage)
    if now.judged < FEWEST:
        return Tile(_("In target"), wording.some_of(now.in_target, now.judged), change, base)
    said = wording.share_range(now.share_range())
    return Tile(_("In target"), formats.share(now.share), change, base, said)


def _of_share(report: Report, stage: StageFigures) -> Change | None:
    """The change with both shares, where it is not of the share that the tile shows but at today's target."""
    change, at = share_change(report), report.compared.at_target
    if change is None:
        return None if report.compared.target_changed else too_few(stage)
    if at is None:
        return _of_hours_over(report.selection, change, stage.now, stage.compared, stage.before)
    now, before = formats.share(at.now.share), formats.share(at.before.share)
    words = _("%(change)s: %(now)s, %(before)s before", change=change.words, now=now, before=before)
    return replace(change, words=words)


def _on_time(report: Report) -> Tile:
    became = report.fates.now
    of = ngettext("of %(num)s promise", "of %(num)s promises", became.promised, num=number(became.promised))
    if became.moved:
        of = formats.listed([of, wording.moved(became.moved)])
    tile = Tile(_("On time against the promise"), "", None, of, is_of_stage=False)
    if became.promised < FEWEST:
        return replace(tile, value=wording.some_of(became.on_time, became.promised))
    shown, now, before = map(_kept, (became, report.fates.like, report.fates.before))
    change = _of_hours_over(report.selection, _points(now, before), shown, now, before)
    said = wording.share_range(shown.share_range())
    return replace(tile, value=formats.share(shown.share), change=change, bounds=said)


def _kept(became: Fates) -> Figures:
    """Of promises, those that were kept."""
    return Figures(became.promised, None, None, None, None, became.promised, became.on_time, {})


def share_change(report: Report) -> Change | None:
    """Of the share in target, at one target: nothing to be glad of where parts say the opposite."""
    stage, compared = of_chosen(report), report.compared
    at = compared.at_target
    change = _points(at.now, at.before) if at else _points(stage.compared, stage.before)
    if compared.target_changed and not at:
        return None
    if change is None:
        return None
    is_clear = change.tone is not Tone.SAME
    if is_clear and compared.is_of_shares and is_turned_by_mix(compared):
        change = replace(change, tone=Tone.NEUTRAL)
    return replace(change, words=_("%(change)s at today's target", change=change.words)) if at else change


def change_of(selection: Selection, stage: StageFigures, at: AtOneTarget | None = None) -> Change | None:
    """Of one restaurant: of its share in target, where there is one, at one target; else of its p50."""
    if stage.compared.judged and stage.before.judged:
        change = _points(at.now, at.before) if at else _points(stage.compared, stage.before)
        if change and at:
            change = replace(change, words=_("%(change)s at today's target", change=change.words))
        else:
            change = _of_hours_over(selection, change, stage.now, stage.compared, stage.before)
    else:
        change = time_change(stage, 0.5)
    return change or too_few(stage)


def _of_hours_over(
    selection: Selection, change: Change | None, shown: Figures, now: Figures, before: Figures
) -> Change | None:
    """With the shares that it is of, where the last day still runs and `now` is another than is shown."""
    until = wording.hours_over(selection)
    if until is None or change is None or change.tone is Tone.SAME:
        return change
    if formats.share(now.share) == formats.share(shown.share):
        return change
    words = _(
        "%(change)s (%(now)s until %(hour)s today, %(before)s before)",
        change=change.words,
        now=formats.share(now.share),
        hour=until,
        before=formats.share(before.share),
    )
    return replace(change, words=words)


def is_turned_by_mix(compared: Compared) -> bool:
    """Whether the parts, each for itself, changed the other way than the whole."""
    return any(
        each is not None and each.each * each.whole <= 0
        for each in (compared.by_restaurant, compared.by_fulfilment)
    )


def time_change(stage: StageFigures, share: float) -> Change | None:
    """Of a percentile, if the ranges of both lie apart; None where too few are known of one of the periods.

    So no difference is claimed whose ranges, as they stand on the page, could be of the same time.
    """
    now, before = stage.compared, stage.before
    after, earlier = (each.p50 if share == 0.5 else each.p90 for each in (now, before))
    ranges = [each.time_range(share) for each in (now, before)]
    if after is None or earlier is None:
        return None
    first, second = (Range(low or 0.0, inf if high is None else high) for low, high in ranges)
    if first.low <= second.high and second.low <= first.high:
        return None if any(None in each for each in ranges) else _same()
    return slower_or_faster(after, earlier)


def too_few(stage: StageFigures) -> Change | None:
    """What is said instead of a change where there is something to compare with, and not enough."""
    return Change("–", _("too few to compare"), Tone.NEUTRAL) if stage.before.count else None


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
    return Change("=", _("no clear change"), Tone.SAME)


def _more_or_fewer(now: int, before: int) -> Change | None:
    if before < FEWEST:
        return None
    if now == before:
        return Change("=", _("as many"), Tone.NEUTRAL)
    if now >= _MANY_TIMES * before:
        times = round(now / before)
        said = ngettext("%(num)s times as many", "%(num)s times as many", times, num=number(times))
        return Change("▲", said, Tone.NEUTRAL)
    if round(100 * abs(now - before) / before) == 0:
        return Change("=", _("about as many"), Tone.NEUTRAL)
    share = formats.percent(abs(now - before) / before)
    if now > before:
        return Change("▲", _("%(share)s more", share=share), Tone.NEUTRAL)
    return Change("▼", _("%(share)s fewer", share=share), Tone.NEUTRAL)


def _points(now: Figures, before: Figures) -> Change | None:
    """None where one of them has too few; no change where chance explains it."""
    if now.share is None or before.share is None or min(now.judged, before.judged) < FEWEST:
        return None
    apart = difference(now.share, now.share_range(), before.share, before.share_range())
    if abs(now.share - before.share) < _HALF_A_POINT or not differ(apart):
        return _same()
    points = max(1, round(abs(now.share - before.share) * 100))
    if now.share > before.share:
        return Change("▲", ngettext("%(num)s point better", "%(num)s points better", points), Tone.BETTER)
    return Change("▼", ngettext("%(num)s point worse", "%(num)s points worse", points), Tone.WORSE)
