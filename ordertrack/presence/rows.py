"""Which boards are open on which screens, as every process that carries them writes it for all to read.

A process writes for all of its tenants at once, however many screens come and go: the setting
`ordertrack.watched_tenants` opens the rows of those tenants to it, and no others.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flask import Flask
from sqlalchemy import Connection, ForeignKeyConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ordertrack.boards.filters import EVERYTHING, Filter
from ordertrack.database.channels import SCREENS_CHANNEL, hint
from ordertrack.database.session import Base, Moment, db

GONE_AFTER = 45  # seconds since a screen was last seen
LATE_AFTER = 25  # seconds: its process missed a beat
_CLOSED_KEPT_FOR = 7  # days that is known when a device had a board open last
_TIME_TO_COME_BACK = 10  # seconds that screens of a process which ends have to be seen elsewhere


_NOW = text("clock_timestamp()")


class ScreenRow(Base):
    """A board that is open on a device, as the process that carries its stream says."""

    __tablename__ = "screens"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    process: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    board: Mapped[str] = mapped_column(primary_key=True)
    watcher: Mapped[str] = mapped_column(primary_key=True)
    connected_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    seen_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)
    hides: Mapped[dict[str, list[str]] | None] = mapped_column(JSONB)
    told_at: Mapped[dt.datetime] = mapped_column(Moment, server_default=_NOW)


class ClosedScreen(Base):
    """When a board was last open on a device that has it open no more."""

    __tablename__ = "closed_screens"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "restaurant_id"], ["restaurants.tenant_id", "restaurants.id"]),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    restaurant_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    board: Mapped[str] = mapped_column(primary_key=True)
    watcher: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[dt.datetime] = mapped_column(Moment)


class Screen(NamedTuple):
    """A board of a restaurant that is open on a device (`session:<id>`, `tablet:<id>`), and its filter.

    `told_at` is when the device said what it hides, in seconds since 1970.
    """

    restaurant_id: uuid.UUID
    board: str
    watcher: str
    filter: Filter = EVERYTHING
    told_at: float = 0.0

    @property
    def place(self) -> tuple[uuid.UUID, str, str]:
        """What identifies the screen, whatever its filter."""
        return (self.restaurant_id, self.board, self.watcher)


class Beat(NamedTuple):
    """What a beat found: our rows by tenant, and the tenants in which other processes died or are late."""

    own: Mapping[uuid.UUID, int]
    moved: frozenset[uuid.UUID]


class ScreenRows:
    """The rows of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._process = uuid.uuid4()

    def write(self, open_now: Mapping[uuid.UUID, Iterable[Screen]]) -> None:
        """Replace this process's rows of these tenants by the screens open now; notify if any changed."""
        rows = [
            (tenant, *screen.place, screen.filter.as_json(), screen.told_at)
            for tenant, screens in open_now.items()
            for screen in screens
        ]
        names = ("tenants", "restaurants", "boards", "watchers", "hides", "told")
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
        values = {
            "process": self._process,
            "changed": list(open_now),
            "gone": GONE_AFTER,
            "kept_days": _CLOSED_KEPT_FOR,
        }
        with self._app.app_context():
            with db.engine.begin() as connection:
                _enter(connection, open_now)
                moved = connection.execute(_WRITE, {**values, **dict(zip(names, columns, strict=True))})
                tenants = set(moved.scalars())
            _tell(tenants)

    def beat(self, tenants: Iterable[uuid.UUID]) -> Beat:
        """Mark this process's rows as seen now and delete those of dead processes, in these tenants."""
        values = {
            "process": self._process,
            "tenants": list(tenants),
            "gone": GONE_AFTER,
            "late": LATE_AFTER,
            "kept_days": _CLOSED_KEPT_FOR,
        }
        with self._app.app_context():
            with db.engine.begin() as connection:
                _enter(connection, tenants)
                rows = connection.execute(_BEAT, values).all()
            _tell({row.tenant_id for row in rows if row.what == "gone"})
        return Beat(
            {row.tenant_id: row.number for row in rows if row.what == "own"},
            frozenset(row.tenant_id for row in rows if row.what != "own"),
        )

    def retire(self, tenants: Iterable[uuid.UUID]) -> None:
        """Leave the rows just long enough for the screens to come back elsewhere: a restart is no alarm."""
        with self._app.app_context(), db.engine.begin() as connection:
            _enter(connection, tenants)
            values = {"process": self._process, "tenants": list(tenants)}
            connection.execute(_RETIRE, values | {"age": GONE_AFTER - _TIME_TO_COME_BACK})


def _enter(connection: Connection, tenants: Iterable[uuid.UUID]) -> None:
    setting = {"watched": ",".join(map(str, tenants))}
    connection.execute(text("SELECT set_config('ordertrack.watched_tenants', :watched, true)"), setting)


def _tell(tenants: set[uuid.UUID]) -> None:
    if tenants:
        hint(SCREENS_CHANNEL, [str(tenant) for tenant in tenants])


def _left_behind(source: str) -> str:
    """Two parts of a statement: when those of `source` were last open; what is too old there goes with it."""
    return f"""left_behind AS (
        INSERT INTO closed_screens AS kept (tenant_id, restaurant_id, board, watcher, seen_at)
        SELECT * FROM {source}
        ON CONFLICT (tenant_id, restaurant_id, board, watcher)
        DO UPDATE SET seen_at = greatest(kept.seen_at, EXCLUDED.seen_at)
    ), too_old AS (
        DELETE FROM closed_screens AS kept USING (SELECT DISTINCT tenant_id FROM {source}) AS theirs
         WHERE kept.tenant_id = theirs.tenant_id
           AND kept.seen_at < clock_timestamp() - make_interval(days => :kept_days)
           AND (kept.tenant_id, kept.restaurant_id, kept.board, kept.watcher) NOT IN (
                SELECT tenant_id, restaurant_id, board, watcher FROM {source})
    )"""  # noqa: S608 (a name of our own)


# A screen that changes over to another process is open since it was opened, not since it changed over.
_WRITE = text(f"""
    WITH shown AS (
        SELECT * FROM unnest(
            CAST(:tenants AS uuid[]), CAST(:restaurants AS uuid[]),
            CAST(:boards AS text[]), CAST(:watchers AS text[]), CAST(:hides AS text[]), CAST(:told AS float[])
        ) AS shown (tenant_id, restaurant_id, board, watcher, hides, told)
    ), closed AS (
        DELETE FROM screens WHERE process = :process AND tenant_id = ANY(CAST(:changed AS uuid[]))
           AND (tenant_id, restaurant_id, board, watcher) NOT IN (
                SELECT tenant_id, restaurant_id, board, watcher FROM shown)
        RETURNING tenant_id, restaurant_id, board, watcher, clock_timestamp() AS seen_at
    ), {_left_behind("closed")}, opened AS (
        INSERT INTO screens (tenant_id, process, restaurant_id, board, watcher, hides, told_at, connected_at)
        SELECT tenant_id, :process, restaurant_id, board, watcher, CAST(hides AS jsonb), to_timestamp(told),
        coalesce((
            SELECT min(connected_at) FROM screens AS other
             WHERE (other.tenant_id, other.restaurant_id, other.board, other.watcher)
                 = (shown.tenant_id, shown.restaurant_id, shown.board, shown.watcher)
               AND seen_at > clock_timestamp() - make_interval(secs => :gone)
        ), clock_timestamp()) FROM shown
        ON CONFLICT (tenant_id, process, restaurant_id, board, watcher)
        DO UPDATE SET hides = EXCLUDED.hides, told_at = EXCLUDED.told_at
         WHERE screens.told_at <> EXCLUDED.told_at
        RETURNING tenant_id
    )
    SELECT tenant_id FROM closed UNION SELECT tenant_id FROM opened
""")  # noqa: S608 (names of our own)

# SKIP LOCKED: rows that another process is deleting are left to it.
_BEAT = text(f"""
    WITH own AS (
        UPDATE screens SET seen_at = clock_timestamp()
         WHERE process = :process AND tenant_id = ANY(CAST(:tenants AS uuid[])) RETURNING tenant_id
    ), dead AS (
        SELECT tenant_id, process, restaurant_id, board, watcher FROM screens
         WHERE process <> :process AND tenant_id = ANY(CAST(:tenants AS uuid[]))
           AND seen_at < clock_timestamp() - make_interval(secs => :gone) FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM screens USING dead
         WHERE (screens.tenant_id, screens.process, screens.restaurant_id, screens.board, screens.watcher)
             = (dead.tenant_id, dead.process, dead.restaurant_id, dead.board, dead.watcher)
        RETURNING screens.tenant_id, screens.restaurant_id, screens.board, screens.watcher, screens.seen_at
    ), last AS (
        SELECT tenant_id, restaurant_id, board, watcher, max(seen_at) AS seen_at FROM gone GROUP BY 1, 2, 3, 4
    ), {_left_behind("last")}
    SELECT 'own' AS what, tenant_id, count(*) AS number FROM own GROUP BY tenant_id
    UNION ALL SELECT 'gone', tenant_id, count(*) FROM gone GROUP BY tenant_id
    UNION ALL SELECT 'late', tenant_id, count(*) FROM screens
     WHERE process <> :process AND tenant_id = ANY(CAST(:tenants AS uuid[]))
       AND seen_at BETWEEN clock_timestamp() - make_interval(secs => :gone)
                       AND clock_timestamp() - make_interval(secs => :late) GROUP BY tenant_id
""")  # noqa: S608 (names of our own)

_RETIRE = text("""
    UPDATE screens SET seen_at = least(seen_at, clock_timestamp() - make_interval(secs => :age))
     WHERE process = :process AND tenant_id = ANY(CAST(:tenants AS uuid[]))
""")
