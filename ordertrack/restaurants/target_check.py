"""What is wrong with a target that somebody wants to save, field by field."""

from __future__ import annotations

import datetime as dt

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants.targets import Target, Targets

LONGEST = 24 * 3600  # seconds
EARLIEST = dt.date(2000, 1, 1)
FARTHEST_AHEAD = dt.timedelta(days=400)


class UnusableTarget(ValueError):
    """A target that cannot hold. `problems` has a sentence for each field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


def check_target(target: Target, saved: Targets, today: dt.date) -> None:
    """Raise UnusableTarget if it cannot be added to what is saved on the business day `today`."""
    problems = {}
    if target.seconds is not None and not 0 < target.seconds <= LONGEST:
        problems["minutes"] = _(
            "A target is more than nothing and no longer than %(most)s minutes.", most=number(LONGEST // 60)
        )
    if problem := _problem_of_day(target, saved, today):
        problems["valid_from"] = problem
    elif target.seconds is None and saved.own_at(target.stage, target.fulfilment, target.valid_from) is None:
        problems["minutes"] = _("There is no such target on that day that could end. Give its minutes.")
    if problems:
        raise UnusableTarget(problems)


def _problem_of_day(target: Target, saved: Targets, today: dt.date) -> str | None:
    """Past days stay as they were judged: they get a target only if they and those after them had none."""
    day = target.valid_from
    if not EARLIEST <= day <= today + FARTHEST_AHEAD:
        latest = formats.iso(today + FARTHEST_AHEAD)
        return _("Choose a day from %(first)s to %(last)s.", first=formats.iso(EARLIEST), last=latest)
    if day >= today:
        return None
    judging = {target.fulfilment, None}
    if any(saved.holds_since(target.stage, fulfilment, day) for fulfilment in judging):
        return _(
            "A target held on %(day)s or after it, and past days stay as they were judged."
            " Let this one hold from %(today)s or later.",
            day=formats.iso(day),
            today=formats.iso(today),
        )
    return None
