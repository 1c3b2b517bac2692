"""The one way in which settings of a restaurant are kept: each save adds a version, and none ever changes.

A kind of setting declares its table and what its values are made of. The rest is the same for every kind:
who saved it, and when; its history and its entry in the audit; that savers take turns, and who comes too late
is refused; that everybody is told. What holds on which day is `timeline`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, bindparam, func, select, union
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants.models import ListedRider, Version
from ordertrack.tenants import audit
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

Value = TypeVar("Value")
SET_UP_BY = "program:ordertrack"
AS_SET_UP = marked("as set up")
_COUNTED = ("restaurant_id", "version")


class UnusableSettings(ValueError):
    """Settings that cannot be saved. `problems` has a sentence for each field; a row's is `<name>-<row>`.

    That of a form which was opened before somebody else saved is `seen`.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


def refuse(problems: dict[str, str]) -> None:
    """Raise UnusableSettings if there are problems."""
    if problems:
        raise UnusableSettings(problems)


@dataclass(frozen=True, slots=True)
class SavedVersion(Generic[Value]):
    """What was saved, and what had been saved before it (None: nothing)."""

    before: Value | None
    value: Value
    saved_by: str
    saved_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """A kind of setting. Its `columns` are called as the fields of its values are.

    `read` makes a value of what JSON has of these columns; `stored` makes JSON of those fields that need it.
    `overtaken` is said to who saves a form that was opened before somebody else saved. In the audit the kind
    is called `audited`; a version is compared with the last one that is equal in the columns `about`, the
    first with what `begins` makes of a restaurant's id.
    """

    table: type[Version]
    columns: Sequence[Any]
    read: Callable[..., Value]
    stored: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    overtaken: str = ""
    audited: str = ""
    about: Sequence[Any] = ()
    begins: Callable[[uuid.UUID], Value] | None = None

    def every_version(self) -> Any:
        """In a query of restaurants: all versions in the order of saving, as one array for `values`."""
        versions = func.jsonb_agg(aggregate_order_by(self._saved(), self.table.version))
        return self._of_each(versions).scalar_subquery()

    def last_version(self) -> Any:
        """In a query of restaurants: the last version, as one item for `values`."""
        return self._of_each(self._saved()).order_by(self.table.version.desc()).limit(1).scalar_subquery()

    def row(self, value: Value, **kept: Any) -> Version:
        """A row for this value, with the columns that every kind has (`kept`)."""
        return self.table(**(self._said(value) | kept))

    def facts(self, value: Value | None) -> dict[str, Any] | None:
        """What of a value stands in the audit."""
        if value is None:
            return None
        left_out = {*_COUNTED, *(column.key for column in self.about)}
        return {name: each for name, each in self._said(value).items() if name not in left_out}

    def last_like(self, value: Value, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Value | None:
        """What was saved last of what this value is about, or what every restaurant begins with."""
        alike = [column.is_not_distinct_from(getattr(value, column.key)) for column in self.about]
        saved = db.session.scalar(
            select(self._saved())
            .where(self.is_of(tenant_id, restaurant_id), *alike)
            .order_by(self.table.version.desc())
            .limit(1)
        )
        found: Value | None = next(iter(self.values(saved and [saved])), None)
        return found if found is not None or self.begins is None else self.begins(restaurant_id)

    def subject(self, value: Value) -> str:
        """What of the kind this value is about, where that is not all of it."""
        return ":".join(str(getattr(value, column.key) or "") for column in self.about)

    def _said(self, value: Value) -> dict[str, Any]:
        said = {column.key: getattr(value, column.key) for column in self.columns}
        return said | {name: make(said[name]) for name, make in self.stored.items()}

    def values(self, saved: Iterable[list[Any]] | None) -> tuple[Value, ...]:
        """The values that were saved, from what a query returned."""
        return tuple(self.read(*columns) for columns in saved or ())

    def history(self, tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[SavedVersion[Value]]:
        """Everything that was saved for a restaurant, newest first."""
        rows = db.session.execute(
            select(self._saved().label("saved"), self.table.saved_by, self.table.actor, self.table.saved_at)
            .where(self.is_of(tenant_id, restaurant_id))
            .order_by(self.table.version)
        ).all()
        values = self.values(row.saved for row in rows)
        names = [_(AS_SET_UP) if row.saved_by == AS_SET_UP else row.saved_by for row in rows]
        found = zip((None, *values), values, names, (row.saved_at for row in rows), strict=False)
        return [SavedVersion(*version) for version in found][::-1]

    def is_of(self, tenant_id: Any, restaurant_id: Any) -> Any:
        return and_(self.table.tenant_id == tenant_id, self.table.restaurant_id == restaurant_id)

    def _saved(self) -> Any:
        return func.jsonb_build_array(*self.columns, type_=JSONB)

    def _of_each(self, selected: Any) -> Any:
        return select(selected).where(self.is_of(Restaurant.tenant_id, Restaurant.id)).correlate(Restaurant)


class Saving:
    """What somebody saves of a restaurant in one go."""

    def __init__(self, restaurant_id: uuid.UUID, name: str, by: Principal) -> None:
        self._restaurant_id = restaurant_id
        self.name = name
        self._by = by

    def newest(self, kind: Kind[Any], seen: int | None = None) -> int:
        """The number of the last version, 0 for none. Raises UnusableSettings if it is not the one `seen`."""
        is_of = kind.is_of(self._by.tenant_id, self._restaurant_id)
        newest = db.session.scalar(select(func.max(kind.table.version)).where(is_of)) or 0
        if seen not in (None, newest):
            raise UnusableSettings({"seen": _(kind.overtaken)})
        return newest

    def add(self, kind: Kind[Value], value: Value, by: Principal | None = None) -> int:
        """Add the next version, saved by `by` if that is somebody else, and notify; returns its number."""
        version, by = self.newest(kind) + 1, by or self._by
        if (by.actor, by.name) != (SET_UP_BY, AS_SET_UP):
            before = kind.last_like(value, self._by.tenant_id, self._restaurant_id)
            facts = kind.facts(before), kind.facts(value)
            audit.record(by, kind.audited, kind.subject(value), self.name, *facts, self._restaurant_id)
        where = {"tenant_id": self._by.tenant_id, "restaurant_id": self._restaurant_id}
        db.session.add(kind.row(value, **where, version=version, saved_by=by.name, actor=by.actor))
        notify(SETTINGS_CHANNEL, f"{self._by.tenant_id}:{self._restaurant_id}")
        return version


@contextmanager
def saving(restaurant_id: uuid.UUID, by: Principal) -> Iterator[Saving]:
    """Keep other savers of the restaurant's settings waiting meanwhile; then commit what was added.

    Raises LookupError if the tenant has no such restaurant. After an exception nothing is saved.
    """
    try:
        # FOR NO KEY UPDATE: other savers wait; the roll-up, whose rows refer to this one, does not.
        name = db.session.scalar(
            select(Restaurant.name)
            .where(Restaurant.tenant_id == by.tenant_id, Restaurant.id == restaurant_id)
            .with_for_update(key_share=True)
        )
        if name is None:
            raise LookupError(f"no restaurant {restaurant_id} in tenant {by.tenant_id}")
        yield Saving(restaurant_id, name, by)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    forget(by.tenant_id, restaurant_id)


_kept: Kept[tuple[str, uuid.UUID, uuid.UUID | None], Any] = Kept(is_told_of=True)


def kept(
    what: str, tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None, read: Callable[[], Value | None]
) -> Value | None:
    """What `read` finds of a restaurant, or of all of the tenant's for None, kept until it is saved anew."""
    found: Value | None = _kept.get((what, tenant_id, restaurant_id), read)
    return found


def forget(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> None:
    """Have a restaurant's settings read anew, or those of all of the tenant's restaurants for None."""
    concerned = (None, restaurant_id)
    _kept.forget(lambda key: key[1] == tenant_id and (restaurant_id is None or key[2] in concerned))


def forget_all() -> None:
    """Have everything read anew."""
    _kept.forget()


def saved_lately(tenant_id: uuid.UUID, within: dt.timedelta) -> list[uuid.UUID]:
    """The restaurants of the entered tenant of which something was saved within a while, each once."""
    found = list(db.session.scalars(_SAVED_LATELY, {"tenant_id": tenant_id, "within": within}))
    db.session.rollback()
    return found


_SAVED: list[Any] = [*Version.__subclasses__(), ListedRider]
_SAVED_LATELY = union(
    *(
        select(table.restaurant_id).where(
            table.tenant_id == bindparam("tenant_id"),
            table.saved_at > func.clock_timestamp() - bindparam("within"),
        )
        for table in _SAVED
    )
)
