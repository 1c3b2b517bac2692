"""The first look at a log: all of its rows are gathered, and what they tell together is found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from ordertrack.i18n import formats
from ordertrack.i18n import names as name_room
from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import columns as column_room
from ordertrack.importing import csv_rows, separators, source, words
from ordertrack.importing import header as header_room
from ordertrack.importing.choices import Asked, Choices, Question
from ordertrack.importing.columns import Columns
from ordertrack.importing.csv_rows import Row, UnreadableRow
from ordertrack.importing.gathering import Cells, Gathered
from ordertrack.importing.items import ItemCells
from ordertrack.importing.logged_order import BadRow, Fault
from ordertrack.importing.moments import DateOrder
from ordertrack.importing.roles import COLUMN_OF, TIMES, Sources, UnusableColumns
from ordertrack.importing.separators import Separator
from ordertrack.importing.source import Encoding, UnusableFile
from ordertrack.importing.time_formats import Evidence, NumberKind

MOST_ROWS = 1_000_000
_SAMPLE = 1000

Numbered = tuple[int, Row | UnreadableRow]


@dataclass
class Understood:
    """What a file is taken for. `kinds`: what the numbers of each role of times count.

    `roles` is the order in which the gathered rows have their cells. `skipped` lines stand above the names of
    the columns. `questions` are open: until they are answered no row can be read for what it is.
    """

    choices: Choices
    encoding: Encoding
    separator: Separator
    columns: Columns
    gathered: Gathered
    roles: list[str]
    skipped: int = 0
    rows: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    kinds: dict[str, NumberKind] = field(default_factory=dict)
    units: dict[str, float] = field(default_factory=dict)
    dates: DateOrder | None = None
    questions: list[Question] = field(default_factory=list)
    item_cells: ItemCells = field(default_factory=ItemCells)
    repeats: bool = False

    @property
    def is_of_events(self) -> bool:
        """Whether a row is an event, and not an order or a dish of one."""
        return "at" in self.columns.places

    @property
    def item_separator(self) -> str | None:
        is_one_each = "quantity" in self.columns.places or self.repeats
        return self.item_cells.separator(is_one_each=is_one_each)

    @property
    def has_local_times(self) -> bool:
        """Whether some times are a clock's on a wall, whose zone has to be known."""
        return (
            any(
                each.forms["local moment"]
                or each.forms["ambiguous"]
                or each.forms["time of day"]
                or each.forms["day"]
                for each in self.evidence.values()
            )
            or NumberKind.EXCEL in self.kinds.values()
        )


@contextmanager
def understood(path: Path, choices: Choices) -> Iterator[Understood]:
    """What the file is taken for, while its rows are at hand.

    Raises UnusableFile, UnusableColumns for a mapping that does not fit, or OSError.
    """
    encoding = source.encoding_of(path, choices.encoding)
    with source.opened(path, encoding) as opened:
        lines = iter(opened)
        first = _first_lines(lines)
        separator = separators.find([line for line in first if line.strip()])
        rows = _table(csv_rows.rows(chain(first, lines), separator.character), separator)
        header, skipped, below = _header(rows, choices.sources)
        rows = chain(below, rows)
        sample = list(islice(rows, _SAMPLE))
        readable = [row for _line, row in sample if not isinstance(row, UnreadableRow)]
        bound = column_room.bind(choices.sources, header, readable)
        roles = list(bound.places)
        gathered = Gathered()
        try:
            found = Understood(choices, encoding, separator, bound, gathered, roles, skipped)
            found.evidence = {role: Evidence() for role in roles if role in (*TIMES, "date")}
            _gather(found, chain(sample, rows))
            _settle(found)
            yield found
        finally:
            gathered.close()


def _first_lines(lines: Iterator[str]) -> list[str]:
    first: list[str] = []
    try:
        first.extend(islice(lines, 60))
    except source.DAMAGE:
        raise UnusableFile(_("The file is damaged, and nothing of it can be unpacked.")) from None
    return first


def _table(rows: Iterator[Numbered], separator: Separator) -> Iterator[Numbered]:
    """The rows below the line that says what separates fields."""
    for line, row in rows:
        if not (separator.is_said and line == 1):
            yield line, row


def _header(rows: Iterator[Numbered], sources: Sources) -> tuple[list[str], int, list[Numbered]]:
    """The row that names the columns, how many stand above it, and those below it that were read for that."""
    first = list(islice(rows, header_room.WITHIN))
    place = header_room.place_of([row for _line, row in first], sources)
    found = first[place][1] if first else UnreadableRow("")
    if isinstance(found, UnreadableRow):
        raise UnusableColumns(_("The file's first line must name its columns; there is no such line."))
    return list(found), place, first[place + 1 :]


def _gather(found: Understood, rows: Iterator[Numbered]) -> None:
    """Every row to those of its order, and what its cells tell to the evidence."""
    names = found.columns.names
    width, needed = len(names), max((at for at, name in enumerate(names, 1) if name), default=len(names))
    places = [found.columns.places[role] for role in found.roles]
    evidence = [found.evidence.get(role) for role in found.roles]
    items = found.roles.index("items") if "items" in found.roles else None
    key_of = _keys(found)
    seen: set[int] = set()
    for line, row in rows:
        found.rows += 1
        if found.rows > MOST_ROWS:
            raise UnusableFile(_("The file has more than %(most)s rows: split it by months.", most=MOST_ROWS))
        if (fault := _fault(row, width, needed)) is not None:
            found.bad_rows.append(BadRow(line, Fault.MALFORMED, fault))
            continue
        assert not isinstance(row, UnreadableRow)
        row = [*row, *[""] * (width - len(row))]
        cells: Cells = [[words.filled(row[place]) for place in each] for each in places]
        if (fault := _unread(cells, found.roles)) is not None:
            found.bad_rows.append(BadRow(line, Fault.MALFORMED, fault))
            continue
        for each, filled in zip(evidence, cells, strict=True):
            if each is not None:
                for text in filled:
                    if text:
                        each.add(text)
        if items is not None:
            found.item_cells.add(cells[items][0])
        key = key_of(cells)
        found.repeats = found.repeats or hash(key) in seen
        seen.add(hash(key))
        found.gathered.add(key, line, cells)


def _keys(found: Understood) -> Callable[[Cells], str]:
    at = {role: found.roles.index(role) for role in ("restaurant", "order") if role in found.roles}

    def key_of(cells: Cells) -> str:
        restaurant = name_room.key("-".join(cells[at["restaurant"]])) if "restaurant" in at else ""
        return f"{restaurant}\n{'-'.join(cells[at['order']]) if 'order' in at else ''}"

    return key_of


def _fault(row: Row | UnreadableRow, width: int, needed: int) -> str | None:
    """What is wrong with a row: at its end may stand what has no name, or nothing."""
    if isinstance(row, UnreadableRow):
        return str(row)
    if needed <= len(row) and not any(cell.strip() for cell in row[width:]):
        return None
    return _("has %(count)s fields; the first line has %(width)s", count=len(row), width=needed)


def _unread(cells: Cells, roles: list[str]) -> str | None:
    for role, filled in zip(roles, cells, strict=True):
        if any(csv_rows.REPLACED in cell for cell in filled):
            return _("%(column)s has bytes that are not in the file's encoding", column=role)
    return None


def _settle(found: Understood) -> None:
    """What all rows tell together, and what nobody but a person can."""
    _ask_columns(found)
    _settle_dates(found)
    _settle_numbers(found)


def _ask_columns(found: Understood) -> None:
    has = found.columns.places
    listed = ", ".join(filter(None, found.columns.names))
    if "order" not in has:
        _ask(found, Asked.ORDER, _("Which column is the order's number? The file has: %(all)s.", all=listed),
             "--columns order=...")  # fmt: skip
    if "placed" not in has and "at" not in has:
        _ask(found, Asked.PLACED,
             _("Which column says when an order came in? The file has: %(all)s.", all=listed),
             "--columns placed=...")  # fmt: skip
    if "restaurant" not in has and found.choices.into is None:
        _ask(found, Asked.RESTAURANT,
             _("Of which restaurant are these orders? The file names none. It has: %(all)s.", all=listed),
             "--restaurant SLUG, or --columns restaurant=...")  # fmt: skip


def _settle_dates(found: Understood) -> None:
    told: Counter[DateOrder] = Counter()
    unclear: list[str] = []
    for each in found.evidence.values():
        told.update(each.orders)
        unclear.extend(each.ambiguous)
    found.dates = found.choices.dates or (next(iter(told)) if len(told) == 1 else None)
    if found.dates is None and unclear:
        example = formats.quoted(unclear[0])
        if told:
            said = _("Some dates can only be day first and some only month first. Which is %(example)s?",
                     example=example)  # fmt: skip
        else:
            said = _("Is %(example)s day first or month first? No date in the file tells.", example=example)
        _ask(found, Asked.DATES, said, "--dates day-first or --dates month-first")


def _settle_numbers(found: Understood) -> None:
    """What the numbers of each column count; those of stages may count from placing on."""
    first = "placed" if "placed" in found.columns.places else "at"
    for role in sorted(found.evidence, key=lambda each: each != first):
        evidence = found.evidence[role]
        if not evidence.has_numbers:
            continue
        places = found.columns.places[role]
        unit = found.choices.unit_seconds or found.columns.named[places[-1]].unit_seconds
        is_stage = role in COLUMN_OF.values() and role != first
        if role in found.columns.after or (len(places) == 2 and not _is_day_and_time(evidence)):
            kind: NumberKind | None = NumberKind.DURATION
        elif found.choices.first_day is not None:
            kind = NumberKind.OFFSET
        else:
            is_day, has_day = role == "date" or len(places) == 2, "date" in found.columns.places
            kind = evidence.number_kind(is_day=is_day, has_day=has_day)
            if kind is None and is_stage and found.kinds.get(first) != NumberKind.OFFSET:
                kind = NumberKind.DURATION
        if kind is None:
            kind = NumberKind.OFFSET
            example = formats.quoted(evidence.example)
            _ask(found, Asked.FIRST_DAY,
                 _("The times are numbers, such as %(example)s: from which day do they count?",
                   example=example),
                 "--from YYYY-MM-DD")  # fmt: skip
        if kind in (NumberKind.OFFSET, NumberKind.DURATION):
            if unit is None:
                named = formats.quoted(found.columns.names[places[-1]])
                _ask(found, Asked.UNIT,
                     _("%(column)s is a number: does it count seconds, minutes or hours?", column=named),
                     "--unit minutes")  # fmt: skip
            found.units[role] = unit or 1.0
        found.kinds[role] = kind


def _is_day_and_time(evidence: Evidence) -> bool:
    return evidence.forms["time of day"] > 0 or evidence.forms["number"] == sum(evidence.forms.values())


def _ask(found: Understood, asked: Asked, sentence: str, option: str) -> None:
    if all(each.asked != asked for each in found.questions):
        found.questions.append(Question(asked, sentence, option))
