"""What happened, in sentences: the answer that a report begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.figures import Bounded, StageFigures
from ordertrack.sla.report import order_links, terms, wording
from ordertrack.sla.report.contents import Became, Report
from ordertrack.sla.report.headline import Tone, of_chosen, share_change, time_change
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.ranking import FEWEST
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.decomposition import Moved, Split

_A_POINT = 0.01
_SPLIT_SECONDS = 15  # that mix must make of a mean to be worth a sentence
_MOST_STEPS = 4
_MOST_NAMED = 5  # restaurants in a sentence


class Sentence(NamedTuple):
    """`orders` is where the orders are that it counts, if it counts some of one kind."""

    text: str
    orders: str | None = None


def sentences(report: Report) -> list[str]:
    """What is told, without the ways to the orders."""
    return [each.text for each in told(report)]


def told(report: Report) -> list[Sentence]:
    """The orders and what became of them; how long the stage took; what changed, and why that may be."""
    return [
        *_orders(report),
        *_stage(report),
        *map(Sentence, _change(report)),
        *_promises(report),
        *_handover(report),
    ]


def _reasons(became: Became) -> Iterator[tuple[str, int]]:
    """Why orders were cancelled, in words; the rarer reasons as one."""
    for reason, times in became.reasons:
        yield _(reason) if reason else _("no reason given"), times
    if became.other_reasons:
        yield _("other reasons"), became.other_reasons


def _orders(report: Report) -> Iterator[Sentence]:
    became, of_fate = report.fates, partial(order_links.of_fate, report.selection)
    if not became.orders:
        return
    count = became.orders
    said = ngettext(
        "%(num)s order: %(fates)s.",
        "%(num)s orders: %(fates)s.",
        count,
        num=number(count),
        fates=wording.fates(became),
    )
    yield Sentence(said, of_fate(Fate.ALL, count))
    if became.now.all_cancelled:
        stages = formats.listed(
            terms.cancelled_from(status, became.now.cancelled[status])
            for status in OrderStatus
            if status in became.now.cancelled
        )
        reasons = formats.listed(
            _(
                "%(reason)s (%(num)s)",
                reason=reason,
                num=number(times),
            )
            for reason, times in _reasons(became)
        )
        if reasons:
            said = _("Cancelled: %(stages)s. Why: %(reasons)s.", stages=stages, reasons=reasons)
        else:
            said = _("Cancelled: %(stages)s.", stages=stages)
        yield Sentence(said, of_fate(Fate.CANCELLED, became.now.all_cancelled))
    if became.open.count:
        yield Sentence(_still_open(report), of_fate(Fate.NOT_ENDED, became.open.count))
    if became.now.held:
        held = became.now.held
        said = ngettext(
            "%(num)s was held for a while: its times hold the wait too.",
            "%(num)s were held for a while: their times hold the wait too.",
            held,
            num=number(held),
        )
        yield Sentence(said, of_fate(Fate.HELD, held))


def _still_open(report: Report) -> str:
    open_ = report.fates.open
    statuses = formats.listed(
        terms.open_orders(status, open_.by_status[status])
        for status in OrderStatus
        if open_.by_status.get(status)
    )
    age = wording.age(dt.datetime.now(dt.UTC) - open_.since) if open_.since else formats.NOTHING
    said = _("Not ended: %(statuses)s; the oldest began %(age)s ago.", statuses=statuses, age=age)
    if not open_.unfinished:
        return said
    count = open_.unfinished
    return ngettext(
        "%(said)s %(num)s has not been touched for hours: it is in the times of those stages only that"
        " it finished.",
        "%(said)s %(num)s have not been touched for hours: they are in the times of those stages only that"
        " they finished.",
        count,
        said=said,
        num=number(count),
    )


def _stage(report: Report) -> Iterator[Sentence]:
    now = of_chosen(report).now
    if not now.count:
        return
    stage = naming.stage(report.selection.stage)
    said: dict[str, Any] = {"stage": stage, "num": number(now.late), "judged": number(now.judged)}
    if now.judged:
        late = _(
            "%(stage)s: %(num)s of %(judged)s judged late%(share)s%(rest)s.",
            **said,
            share=_(
                "; in target %(share)s, %(bounds)s",
                share=formats.share(now.share),
                bounds=wording.share_range(now.share_range()),
            )
            if now.judged >= FEWEST
            else "",
            rest=_("; %(rest)s", rest=wording.unjudged(now.unjudged)) if now.unjudged else "",
        )
        yield Sentence(late, order_links.late(report.selection, now))
    else:
        yield Sentence(_("%(stage)s: no order had a target.", stage=stage))
    times = {"half": wording.time(now.p50), "most": wording.time(now.p90), "num": number(now.count)}
    half = ngettext(
        "Of %(num)s time half was within %(half)s and 9 of 10 within %(most)s.",
        "Of %(num)s times half were within %(half)s, and 9 of 10 within %(most)s.",
        now.count,
        **times,
    )
    yield Sentence(half, order_links.behind(report.selection, now))


def _change(report: Report) -> Iterator[str]:
    stage, compared = of_chosen(report), report.compared
    if compared.target_changed:
        yield from _target(report)
    if not stage.before.count:
        return
    if compared.is_too_much:
        yield _(
            "These are too many restaurants and days to tell what each changed for itself from mix, or to"
            " compare at one target: choose fewer."
        )
    change = share_change(report) if compared.is_of_shares else time_change(stage, 0.5)
    with_what = compared_with(report.selection)
    if change is None:
        if not (compared.target_changed and compared.at_target is None):
            yield _("Compared with %(days)s: too few to say.", days=with_what)
        return
    if compared.is_of_shares:
        yield _("Compared with %(days)s: %(change)s.", days=with_what, change=change.words)
    else:
        yield _("Compared with %(days)s half of the orders: %(change)s.", days=with_what, change=change.words)
    for found, of_whom in ((compared.by_restaurant, "restaurant"), (compared.by_fulfilment, "fulfilment")):
        if (
            found is not None
            and change.tone is not Tone.SAME
            and (compared.is_of_shares or _has_average(stage))
            and _is_worth_saying(found, compared.is_of_shares)
        ):
            yield _split(found, of_whom, compared.is_of_shares)


def compared_with(selection: Selection) -> str:
    """The days before, and up to which hour, where the last one still runs."""
    before = selection.before
    days = formats.days(before.first, before.last)
    if selection.hours_over is None:
        return days
    starts = selection.restaurants[0].calendar.rules_on(selection.last).day_starts.hour
    hour = formats.hour((starts + selection.hours_over) % 24)
    return _("%(days)s, the last day until %(hour)s as today", days=days, hour=hour)


def _has_average(stage: StageFigures) -> bool:
    """Whether both averages are known: the parts are of these."""
    means = (stage.compared.mean, stage.before.mean)
    return not any(mean is None or isinstance(mean, Bounded) for mean in means)


def _is_worth_saying(found: Split, is_of_shares: bool) -> bool:
    least = _A_POINT if is_of_shares else _SPLIT_SECONDS
    return max(abs(each) for each in (found.mix, *(moved.made for moved in found.moved))) >= least


def _split(found: Split, of_whom: str, is_of_shares: bool) -> str:
    """The parts of a change, which add up to the whole as it is said: of times that is the average's."""
    scale, in_words = (100, _points) if is_of_shares else (1, _seconds)
    each, whole = round(scale * found.each), round(scale * found.whole)
    came, went = ([moved for moved in found.moved if moved.came is has_come] for has_come in (True, False))
    joined, left = (round(scale * sum(moved.made for moved in those)) for those in (came, went))
    mix = whole - each - joined - left
    said = [] if is_of_shares else [_("The average time: %(change)s. Its parts:", change=in_words(whole))]
    if of_whom == "restaurant":
        said.append(_("Each restaurant for itself: %(each)s.", each=in_words(each)))
        if came:
            named = {"restaurants": _named(came), "change": in_words(joined)}
            said.append(_("Because of %(restaurants)s joining (no times before): %(change)s.", **named))
        if went:
            named = {"restaurants": _named(went), "change": in_words(left)}
            said.append(_("Because of %(restaurants)s leaving (no times now): %(change)s.", **named))
        if mix or not found.moved:
            said.append(_("Because orders moved between restaurants (mix): %(mix)s.", mix=in_words(mix)))
    else:
        said.append(
            _(
                "Each fulfilment for itself: %(each)s. Because there were more of one kind and fewer of"
                " another (mix): %(mix)s.",
                each=in_words(each),
                mix=in_words(mix),
            )
        )
    return " ".join(said)


def _named(those: Sequence[Moved]) -> str:
    listed = [str(moved.key) for moved in those[:_MOST_NAMED]]
    if (more := len(those) - _MOST_NAMED) > 0:
        listed.append(ngettext("%(num)s more restaurant", "%(num)s more restaurants", more, num=number(more)))
    return formats.listed(listed)


def _points(points: int) -> str:
    if not points:
        return _("no change")
    if points > 0:
        return ngettext("%(num)s point better", "%(num)s points better", points)
    return ngettext("%(num)s point worse", "%(num)s points worse", -points)


def _seconds(seconds: int) -> str:
    if not seconds:
        return _("no change")
    length = wording.time(abs(seconds))
    return _("%(time)s slower", time=length) if seconds > 0 else _("%(time)s faster", time=length)


def _target(report: Report) -> Iterator[str]:
    """That it changed, when, from what to what; and the shares at the one that holds today."""
    steps = list(_changes(report))
    if steps:
        more = ["…"] if len(steps) > _MOST_STEPS else []
        yield _("The target changed: %(changes)s.", changes=formats.listed([*steps[:_MOST_STEPS], *more]))
    elif of_chosen(report).before.count:
        yield _("The target changed between these days and those before.")
    at = report.compared.at_target
    if report.compared.is_too_much or not of_chosen(report).before.count:
        return
    if at is None or at.now.share is None or at.before.share is None:
        yield _("No target holds today, so the shares cannot be compared.")
        return
    yield _(
        "At today's target about %(now)s now and %(before)s before.",
        now=formats.share(at.now.share),
        before=formats.share(at.before.share),
    )


def _changes(report: Report) -> Iterator[str]:
    for line in report.steps:
        for (_day, old), (day, new) in pairwise(line.steps):
            said = {"day": formats.day(day), "old": _length(old), "new": _length(new)}
            step = _("on %(day)s from %(old)s to %(new)s", **said)
            yield _("%(whom)s %(what)s", whom=line.whom, what=step) if line.whom else step


def _length(seconds: int | None) -> str:
    return _("none") if seconds is None else wording.target(seconds)


def _promises(report: Report) -> Iterator[Sentence]:
    became = report.fates.now
    if not became.promised:
        return
    said = _(
        "Promises: %(num)s of %(promised)s kept", num=number(became.on_time), promised=number(became.promised)
    )
    rest = [wording.moved(became.moved)] if became.moved else []
    broken = order_links.of_fate(report.selection, Fate.BROKEN, became.promised - became.on_time)
    yield Sentence(f"{formats.listed([said, *rest])}.", broken)


def _handover(report: Report) -> Iterator[Sentence]:
    became = report.fates.now
    if not became.unleft:
        return
    said = ngettext(
        "Nobody tapped Leaving for %(num)s of %(all)s deliveries: the driver's trip is counted as waiting, in"
        " %(handover)s, and is missing from %(road)s.",
        "Nobody tapped Leaving for %(num)s of %(all)s deliveries: the driver's trip is counted as waiting, in"
        " %(handover)s, and is missing from %(road)s.",
        became.unleft,
        num=number(became.unleft),
        all=number(became.deliveries),
        handover=naming.stage(Stage.HANDOVER),
        road=naming.stage(Stage.ROAD),
    )
    where = [said, *_where(report)]
    yield Sentence(" ".join(where), order_links.of_fate(report.selection, Fate.UNLEFT, became.unleft))


def _where(report: Report) -> Iterator[str]:
    """At which restaurants nobody tapped Leaving, the most first."""
    unleft = report.fates.unleft
    if not unleft:
        return
    listed = [
        _("%(name)s (%(num)s of %(all)s)", name=name, num=number(count), all=number(deliveries))
        for name, count, deliveries in unleft[:_MOST_NAMED]
    ]
    if (more := len(unleft) - _MOST_NAMED) > 0:
        listed.append(ngettext("%(num)s more restaurant", "%(num)s more restaurants", more, num=number(more)))
    yield _("At %(restaurants)s.", restaurants=formats.listed(listed))
