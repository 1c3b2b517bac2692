"""The tables of a report: made once, shown on the page and downloaded as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from ordertrack.i18n import formats
from ordertrack.i18n.translate import digits, number
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.stages import LeftOut
from ordertrack.sla.measure.figures import Bounded, Figures, SlowOrder, Under
from ordertrack.sla.report import terms, wording
from ordertrack.sla.report.ranking import FEWEST

ROWS_OF_A_PAGE = 25

Value = str | float | int | None


def _alone(cell: Value) -> tuple[Value, ...]:
    return (cell,)


def _same(title: str) -> tuple[str, ...]:
    return (title,)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: as people read it, and as the columns that a spreadsheet gets of it.

    `look` is the class of its cells; `is_name`: it holds what somebody has named, in whatever language.
    """

    text: Callable[[Any], str]
    values: Callable[[Any], tuple[Value, ...]] = _alone
    titles: Callable[[str], tuple[str, ...]] = _same
    look: str = "n"
    is_name: bool = False


def _in_target(figures: Figures) -> str:
    """Of how many is said where not all had a target; of a few no share."""
    if 0 < figures.judged < FEWEST:
        return wording.some_of(figures.in_target, figures.judged)
    share = formats.share(figures.share)
    if not 0 < figures.judged < figures.count:
        return share
    return _("%(share)s of %(number)s", share=share, number=number(figures.judged))


def _in_target_values(figures: Figures) -> tuple[Value, ...]:
    return (None if figures.share is None else round(figures.share, 4), figures.judged)


def _seconds(cell: float | None) -> tuple[Value, ...]:
    """A number, unless all that is known of it is what it is over, or under."""
    if isinstance(cell, Bounded):
        return (f"{'<' if isinstance(cell, Under) else '>'} {round(cell)}",)
    return (None if cell is None else round(cell, 1),)


def _share(cell: float | None) -> tuple[Value, ...]:
    return (None if cell is None else round(cell, 4),)


def _doubts(cell: Mapping[LeftOut, int]) -> tuple[Value, ...]:
    return tuple(cell.get(reason, 0) for reason in LeftOut)


def _hour(cell: int) -> tuple[Value, ...]:
    return (f"{cell:02}:00",)


def _order(cell: SlowOrder) -> tuple[Value, ...]:
    return cell.number, str(cell.order_id)


TEXT = Kind(str, look="")
ASIDE = Kind(str, look="on-screen")  # text for which there is no room on paper
NAME = Kind(str, look="", is_name=True)
DAY = Kind(formats.day, lambda cell: (cell.isoformat(),), look="")
HOUR = Kind(formats.hour, _hour, look="")
COUNT = Kind(number, look="n whole")
TIME = Kind(wording.time, _seconds, lambda title: (_("%(title)s (s)", title=title),))
SHARE = Kind(formats.share, _share, look="n whole")
IN_TARGET = Kind(_in_target, _in_target_values, lambda title: (title, _("had a target")))
DOUBTS = Kind(
    wording.left_out,
    _doubts,
    lambda title: tuple(
        _("%(title)s: %(doubt)s", title=title, doubt=terms.doubt(reason)) for reason in LeftOut
    ),
    look="doubts",
)
ORDER = Kind(
    lambda cell: digits(cell.number), _order, lambda title: (title, _("%(title)s id", title=title)), look=""
)


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Row:
    """`link` is where its first cell leads, `orders` where the orders are that it counts.

    `mark` says in a word what is special about it.
    """

    cells: tuple[Any, ...]
    link: str | None = None
    mark: str | None = None
    orders: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of many rows: which, of how many; `find` is what its rows' names hold, of `found` rows.

    `kept` is what else an address has to choose.
    """

    number: int
    last: int
    find: str
    found: int
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """`name` stands in addresses; `caption` says what it shows. The first column names the row.

    `page`: of many rows only some are here.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    page: Page | None = None

    def paged(self, wanted: int, find: str, kept: Sequence[tuple[str, str]]) -> Table:
        """One page of it, of the rows whose name holds what is looked for; all of it where it is short."""
        if len(self.rows) <= ROWS_OF_A_PAGE and not find:
            return self
        found = [row for row in self.rows if find.casefold() in str(row.cells[0]).casefold()]
        last = max(1, -(-len(found) // ROWS_OF_A_PAGE))
        place = min(max(wanted, 1), last)
        rows = found[(place - 1) * ROWS_OF_A_PAGE : place * ROWS_OF_A_PAGE]
        return replace(self, rows=rows, page=Page(place, last, find, len(found), kept))

    @property
    def looks(self) -> list[str]:
        """For each column the attribute of its cells."""
        return [
            Markup(' class="{}"').format(column.kind.look) if column.kind.look else ""
            for column in self.columns
        ]

    def texts(self) -> list[tuple[Row, str, list[tuple[Markup, str, bool, bool]]]]:
        """Each row, its first cell and its others, as people read them.

        With each of the others the tag it begins with, whether it is a name, and whether it is the first that
        counts orders.
        """
        first, *others = self.columns
        tag = Markup('<td{} data-h="{}">').format
        tags = [tag(look, column.title) for look, column in zip(self.looks[1:], others, strict=True)]
        kinds = [column.kind for column in others]
        counted = kinds.index(COUNT) if COUNT in kinds else -1
        shown = [
            (tag, kind.text, kind.is_name, place == counted)
            for place, (tag, kind) in enumerate(zip(tags, kinds, strict=True))
        ]
        return [
            (
                row,
                first.kind.text(row.cells[0]),
                [
                    (tag, text(cell), is_name, is_counted)
                    for (tag, text, is_name, is_counted), cell in zip(shown, row.cells[1:], strict=True)
                ],
            )
            for row in self.rows
        ]
