"""All that is told of a report, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.sla.report import order_links, wording
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.headline import of_chosen
from ordertrack.sla.report.ranking import FEWEST
from ordertrack.sla.report.summary import of_change, of_orders
from ordertrack.sla.report.summary.sentence import Sentence


def sentences(report: Report) -> list[str]:
    """What is told, without the ways to the orders."""
    return [each.text for each in told(report)]


def told(report: Report) -> list[Sentence]:
    """The orders and what became of them; how long the stage took; what changed, and why that may be."""
    return [
        *of_orders.orders(report),
        *_stage(report),
        *map(Sentence, of_change.change_of(report)),
        *of_orders.promises(report),
        *of_orders.handover(report),
    ]


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
