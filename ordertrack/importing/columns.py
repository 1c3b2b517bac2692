"""Which column of this file means what: as somebody said, by its name, or by what stands in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.importing import moments, roles, words
from ordertrack.importing.csv_rows import Row
from ordertrack.importing.roles import COLUMN_OF, ROLES, STATUS_OF, TIMES, Named, Sources, UnusableColumns

MAPPING, NAME, CONTENT = "mapping", "name", "content"


@dataclass
class Columns:
    """`places` has for each role that the file has the columns that mean it, `how` what told that.

    `after` has the roles of times that are durations since another one's beginning, by mapping.
    """

    names: list[str]
    named: list[Named]
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def role_of(self, place: int) -> list[str]:
        return [role for role, places in self.places.items() if place in places]

    @property
    def times(self) -> list[str]:
        return [role for role in TIMES if role in self.places]


def bind(sources: Sources, header: Row, sample: Sequence[Row]) -> Columns:
    """Find out what each column means; raises UnusableColumns for a mapping that does not fit."""
    names = _unique(header)
    columns = Columns(names, [roles.named(name) for name in names])
    _note_header(columns, header)
    _as_mapped(columns, sources)
    seen = [_Seen.of(place, sample) for place in range(len(names))]
    _as_named(columns, set(sources), seen)
    _settle_dates(columns, seen, sample)
    _as_filled(columns, set(sources), seen)
    _note_unused(columns, seen)
    return columns


def _unique(header: Row) -> list[str]:
    names: list[str] = []
    for cell in header:
        name, count = cell.strip(), 1
        unique = name
        while unique and unique in names:
            count += 1
            unique = f"{name} ({count})"
        names.append(unique)
    return names


def _note_header(columns: Columns, header: Row) -> None:
    for cell, name in zip(header, columns.names, strict=True):
        if name != cell.strip():
            columns.notes.append(
                _(
                    "The column %(name)s stands there more than once: the first one is read, and this one is"
                    " called %(other)s.",
                    name=formats.quoted(cell.strip()),
                    other=formats.quoted(name),
                )
            )


def _as_mapped(columns: Columns, sources: Sources) -> None:
    for role, theirs in sources.items():
        places = []
        for name in theirs:
            place = _place(columns.names, name)
            if place is not None:
                places.append(place)
            elif len(theirs) == 2 and role in TIMES and name in COLUMN_OF.values() and name is theirs[0]:
                columns.after[role] = name
            else:
                listed = ", ".join(filter(None, columns.names))
                raise UnusableColumns(
                    _("The file has no column %(name)s. It has: %(listed)s.", name=repr(name), listed=listed)
                )
        if places:
            columns.places[role], columns.how[role] = tuple(places), MAPPING


def _place(names: Sequence[str], name: str) -> int | None:
    if name in names:
        return names.index(name)
    alike = [place for place, each in enumerate(names) if words.plain(each) == words.plain(name) != ""]
    return alike[0] if len(alike) == 1 else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stands in a column's first rows: how many cells are filled, and of how many each is true."""

    filled: int
    moments: int
    days: int
    times: int
    numbers: int
    flags: int
    statuses: int
    fulfilments: int
    is_distinct: bool

    @classmethod
    def of(cls, place: int, sample: Sequence[Row]) -> _Seen:
        cells = [words.filled(row[place]) for row in sample if place < len(row)]
        cells = [cell for cell in cells if cell]
        kinds = [_kind(cell) for cell in cells]
        return cls(
            len(cells),
            kinds.count(dt.datetime),
            kinds.count(dt.date),
            kinds.count(dt.timedelta),
            kinds.count(moments.Number),
            sum(words.plain(cell) in words.YES | words.NO for cell in cells),
            sum(words.status(cell) is not None for cell in cells),
            sum(words.fulfilment(cell) is not None for cell in cells),
            len(set(cells)) == len(cells) == len(sample) and len(cells) > 0,
        )

    @property
    def tells_times(self) -> bool:
        told = self.moments + self.days + self.times + self.numbers
        return not self.filled or told > 0 or self.flags > 0


def _kind(cell: str) -> type | None:
    try:
        return type(moments.read(cell, None))
    except moments.Ambiguous:
        return dt.datetime if ":" in cell or len(cell) > 10 else dt.date
    except moments.Unreadable:
        return None


def _as_named(columns: Columns, said: set[str], seen: Sequence[_Seen]) -> None:
    taken = {place for places in columns.places.values() for place in places}
    found: dict[str, list[int]] = {}
    for place, named in enumerate(columns.named):
        role = roles.meant_by(named.base) if named.base and place not in taken else None
        if role is not None and role not in said:
            found.setdefault(role, []).append(place)
    for role in ROLES:
        places = [place for place in found.get(role, []) if _could_mean(role, seen[place], columns, place)]
        # Ours by its own name goes before another word for it, and both before one that is empty.
        places.sort(key=lambda each: (not seen[each].filled, columns.named[each].base != role))
        if not places:
            continue
        columns.places[role], columns.how[role] = (places[0],), NAME
        for other in places[1:]:
            if columns.names[other].rpartition(" (")[0] != columns.names[places[0]]:
                columns.notes.append(
                    _(
                        "Two columns could be %(role)s: %(name)s is read, and %(other)s is not.",
                        role=role,
                        name=formats.quoted(columns.names[places[0]]),
                        other=formats.quoted(columns.names[other]),
                    )
                )


def _could_mean(role: str, seen: _Seen, columns: Columns, place: int) -> bool:
    """Whether what stands in the column is such as its name promises; else that is noted."""
    is_exact = columns.named[place].base == role
    fits = True
    if role in STATUS_OF or role in ("at", "date"):
        fits = seen.tells_times or (is_exact and role == "placed")
    elif role == "status":
        fits = is_exact or not seen.filled or seen.statuses > 0
    elif role == "fulfilment":
        fits = is_exact or not seen.filled or seen.fulfilments > 0
    elif role == "quantity":
        fits = seen.numbers == seen.filled
    if not fits:
        columns.notes.append(
            _(
                "%(name)s is not read as %(role)s: what stands in it is something else.",
                name=formats.quoted(columns.names[place]),
                role=role,
            )
        )
    return fits


def _settle_dates(columns: Columns, seen: Sequence[_Seen], sample: Sequence[Row]) -> None:
    """Columns called date or timestamp: the others say whether of placing, or of each event."""
    places = columns.places
    if "date" in places and columns.how["date"] == NAME and seen[places["date"][0]].moments:
        moved = places.pop("date")
        columns.how.pop("date")
        if "placed" not in places and "at" not in places:
            places["at"], columns.how["at"] = moved, NAME
    is_day = "placed" in places and "date" not in places and _is_day_only(columns, "placed", seen)
    if is_day and columns.how["placed"] == NAME and "at" in places and seen[places["at"][0]].times:
        # A day of placing beside times of day is the day of these.
        places["date"], columns.how["date"] = places["placed"], NAME
        places["placed"], columns.how["placed"] = places.pop("at"), columns.how.pop("at")
    if "at" not in places or columns.how["at"] == MAPPING:
        return
    if any(role in places for role in STATUS_OF):
        places.pop("at")
        columns.how.pop("at")
    elif "status" not in places or not _repeats(columns, sample):
        places["placed"], columns.how["placed"] = places.pop("at"), columns.how.pop("at")


def _is_day_only(columns: Columns, role: str, seen: Sequence[_Seen]) -> bool:
    first = seen[columns.places[role][0]]
    return len(columns.places[role]) == 1 and first.days > 0 and not first.moments and not first.times


def _repeats(columns: Columns, sample: Sequence[Row]) -> bool:
    """Whether an order has several rows."""
    if "order" not in columns.places:
        return False
    keys = [
        tuple(row[place] for role in ("restaurant", "order") for place in columns.places.get(role, ()))
        for row in sample
        if len(row) >= len(columns.names)
    ]
    return len(set(keys)) < len(keys)


def _as_filled(columns: Columns, said: set[str], seen: Sequence[_Seen]) -> None:
    """Roles that no name told, where one column alone holds what such a column would."""
    free = [place for place in range(len(seen)) if not columns.role_of(place) and seen[place].filled]

    def only(role: str, places: list[int]) -> None:
        if role not in columns.places and role not in said and len(places) == 1:
            columns.places[role], columns.how[role] = (places[0],), CONTENT
            free.remove(places[0])

    if "at" not in columns.places:
        only("placed", [each for each in free if seen[each].moments >= 0.8 * seen[each].filled])
    only("status", [each for each in free if seen[each].statuses == seen[each].filled])
    only("fulfilment", [each for each in free if seen[each].fulfilments == seen[each].filled])
    ids = [each for each in free if seen[each].is_distinct and not seen[each].moments and not seen[each].days]
    only("order", ids)


def _note_unused(columns: Columns, seen: Sequence[_Seen]) -> None:
    unused = [
        name or _("number %(place)s, which has no name", place=place + 1)
        for place, name in enumerate(columns.names)
        if not columns.role_of(place) and (name or seen[place].filled)
    ]
    if unused:
        listed = formats.listed(unused)
        columns.notes.append(_("Columns that are not read: %(listed)s.", listed=listed))
