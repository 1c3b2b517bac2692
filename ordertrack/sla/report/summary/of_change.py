"""What is said of a change against the days before: how large, from which targets, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext
from ordertrack.sla.measure.figures import Bounded, StageFigures
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.headline import Tone, of_chosen, share_change, time_change
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.summary.sentence import restaurants
from ordertrack.sla.statistics.decomposition import Moved, Split

_A_POINT = 0.01
_SPLIT_SECONDS = 15  # that mix must make of a mean to be worth a sentence
_MOST_STEPS = 4


def change_of(report: Report) -> Iterator[str]:
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
    hour = wording.hours_over(selection)
    if hour is None:
        return days
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
    return restaurants([str(moved.key) for moved in those])


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
