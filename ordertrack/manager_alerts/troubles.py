"""What is in trouble now: what the overview lists, and a shift that goes badly."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext
from ordertrack.manager_alerts import sentences
from ordertrack.manager_alerts.kinds import AlertKind
from ordertrack.overview import company, fragments
from ordertrack.overview.attention import OF_COMPANY, Line, Trouble
from ordertrack.overview.rows import Row
from ordertrack.restaurants import cache

MANY_LATE = 5  # orders of a restaurant in a running shift


@dataclass(frozen=True, slots=True)
class Found:
    """Of one `subject`, which is the same for as long as it lasts. `path` is where somebody can see to it.

    `title` and `said` say it in the language spoken when they are called.
    """

    kind: AlertKind
    subject: str
    restaurant_id: uuid.UUID | None
    path: str
    title: Callable[[], str]
    said: Callable[[], str]


def read(tenant_id: uuid.UUID) -> list[Found]:
    """All of a tenant's."""
    return list(_of_restaurants(tenant_id))


def _of_restaurants(tenant_id: uuid.UUID) -> Iterator[Found]:
    overview = company.read(tenant_id)
    ids = {each.slug: each.id for each in cache.of_tenant(tenant_id)}
    for line in overview.lines:
        if line.trouble in OF_COMPANY:
            yield _of_company(line)
        elif line.slug in ids and (kind := _KINDS.get(line.trouble)) is not None:
            yield _of_line(kind, line, ids[line.slug])
    for row in overview.rows:
        if row.slug in ids and is_in_trouble(row):
            yield _of_shift(row, ids[row.slug])


def is_in_trouble(row: Row) -> bool:
    """Whether a shift runs there that goes badly."""
    return row.is_running and (row.late >= MANY_LATE or fragments.verdict(row.share) == "low")


_KINDS = {Trouble.UNSEEN: AlertKind.UNSEEN, Trouble.CONFIRM: AlertKind.CONFIRM}


def _of_line(kind: AlertKind, line: Line, restaurant_id: uuid.UUID) -> Found:
    def title() -> str:
        if kind == AlertKind.UNSEEN:
            return _("%(restaurant)s: no screen shows open orders", restaurant=line.restaurant)
        if line.against is None:
            return _("%(restaurant)s: nobody confirms the orders", restaurant=line.restaurant)
        return _("%(restaurant)s: time to confirm is running out", restaurant=line.restaurant)

    def said() -> str:
        return f"{sentences.of_line(line)}."

    board = line.alarm.board if line.alarm else ""
    subject = f"{restaurant_id}:{board}".rstrip(":")
    return Found(kind, subject, restaurant_id, fragments.address_of(line), title, said)


def _of_company(line: Line) -> Found:
    """What calls somebody else's server: no restaurant's trouble."""

    is_channel = line.trouble == Trouble.CHANNEL_FAILS

    def title() -> str:
        if is_channel:
            return _("The connection to %(name)s fails", name=line.restaurant)
        return _("The webhook %(host)s fails", host=line.restaurant)

    def said() -> str:
        return f"{sentences.of_line(line)}."

    kind = AlertKind.CHANNEL if is_channel else AlertKind.WEBHOOK
    return Found(kind, line.slug, None, fragments.address_of(line), title, said)


def _of_shift(row: Row, restaurant_id: uuid.UUID) -> Found:
    def title() -> str:
        return _("%(restaurant)s: this shift is in trouble", restaurant=row.name)

    def said() -> str:
        parts = []
        if row.late:
            parts.append(ngettext("%(num)s order is late.", "%(num)s orders are late.", row.late))
        if row.share.part is not None:
            parts.append(
                ngettext(
                    "Of %(num)s order today, %(share)s in target.",
                    "Of %(num)s orders today, %(share)s in target.",
                    row.share.judged,
                    share=formats.share(row.share.part),
                )
            )
        return " ".join(parts)

    return Found(AlertKind.SHIFT, str(restaurant_id), restaurant_id, "/", title, said)
