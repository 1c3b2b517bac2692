"""Changing the menu: all of it or one dish of it, in one transaction, one after the other."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from ordertrack.database.channels import MENU_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.menu import audit_lines, reading
from ordertrack.menu.checks import Problem, problems_of, tidied
from ordertrack.menu.differences import Difference
from ordertrack.menu.dishes import Dish, Menu, ModifierGroup
from ordertrack.menu.models import MenuHead, SavedCategory
from ordertrack.tenants.principal import Principal


class UnusableMenu(ValueError):
    """A menu that cannot be saved; `problems` say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{'.'.join(map(str, where))} {said}" for where, said in problems))


class MenuChanged(Exception):
    """Somebody else changed the menu, or the dish, since it was looked at."""


class Editing:
    """What somebody does to the menu, which nobody else changes meanwhile."""

    def __init__(self, by: Principal, before: Menu) -> None:
        self.by = by
        self.before = before

    def put(self, wanted: Menu) -> Difference:
        """Have this be the menu; raises UnusableMenu. Nothing is written where nothing is another."""
        difference = difference_of(self.before, wanted)
        if difference:
            _write(self.by.tenant_id, difference.after, self.before.version + 1)
            audit_lines.record(difference, self.by)
            notify(MENU_CHANNEL, f"{self.by.tenant_id}:")
        return difference


@contextmanager
def editing(by: Principal, seen: int | None = None) -> Iterator[Editing]:
    """Keep others who change the menu waiting meanwhile; then commit what was put.

    `seen` is the version that the change was thought of from: raises MenuChanged if it is another by now.
    After an exception nothing is saved.
    """
    try:
        version = _hold(by.tenant_id)
        before = reading.read(by.tenant_id) or Menu()
        if seen not in (None, version):
            raise MenuChanged()
        yield Editing(by, before)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    reading.forget(by.tenant_id)


def difference_of(before: Menu, wanted: Menu) -> Difference:
    """What would change; raises UnusableMenu."""
    problems = list(problems_of(wanted))
    if not problems:
        after = tidied(wanted)
        problems = list(problems_of(after))  # a name of blanks alone
    if problems:
        raise UnusableMenu(problems)
    return Difference(before, after)


def replaced(before: Menu, wanted: Menu) -> Menu:
    """`wanted` as the whole menu: what it does not name is withdrawn."""
    named = {dish.sku for dish in wanted.dishes}
    others = [dish for dish in before.by_sku.values() if dish.sku not in named]
    return Menu(wanted.categories, wanted.dishes, tuple(others), before.version)


def _hold(tenant_id: uuid.UUID) -> int:
    """The version of the menu, which stays the same until this transaction has ended."""
    made = insert(MenuHead).values(tenant_id=tenant_id, version=0).on_conflict_do_nothing()
    db.session.execute(made)
    held = select(MenuHead.version).where(MenuHead.tenant_id == tenant_id).with_for_update()
    return int(db.session.execute(held).scalar_one())


def _write(tenant_id: uuid.UUID, menu: Menu, version: int) -> None:
    whose = {"tenant_id": tenant_id, "version": version}
    categories = [
        {"key": each.key, "names": dict(each.names), "position": place}
        for place, each in enumerate(menu.categories)
    ]
    db.session.execute(_PUT_CATEGORIES, {"tenant_id": tenant_id, "rows": categories})
    db.session.execute(_PUT_DISHES, {**whose, "rows": list(_rows(menu))})
    gone = SavedCategory.key.not_in([each.key for each in menu.categories])
    db.session.execute(delete(SavedCategory).where(SavedCategory.tenant_id == tenant_id, gone))
    db.session.execute(_COUNT, whose)


def _rows(menu: Menu) -> Iterator[dict[str, Any]]:
    keys: Iterable[str | None] = (*(each.key for each in menu.categories), None)
    for key in keys:
        for place, dish in enumerate(menu.of_category(key)):
            yield _row(dish, place)
    for place, dish in enumerate(menu.withdrawn):
        yield _row(dish, place)


def _row(dish: Dish, place: int) -> dict[str, Any]:
    return {
        "sku": dish.sku,
        "names": dict(dish.names),
        "category": dish.category,
        "position": place,
        "station": dish.station,
        "price": dish.price,
        "prepare_seconds": dish.prepare_seconds,
        "modifier_groups": [_stored_group(group) for group in dish.modifier_groups],
        "is_offered": dish.is_offered,
    }


def _stored_group(group: ModifierGroup) -> dict[str, Any]:
    return {
        "names": dict(group.names),
        "choose": group.choose,
        "required": group.is_required,
        "modifiers": [{"names": dict(each.names), "price": each.price} for each in group.modifiers],
    }


_COUNT = text("UPDATE menus SET version = :version WHERE tenant_id = :tenant_id")
_PUT_CATEGORIES = text("""
    INSERT INTO menu_categories AS category (tenant_id, key, names, position)
    SELECT :tenant_id, key, names, position
      FROM jsonb_to_recordset(:rows) AS wanted (key text, names jsonb, position integer)
    ON CONFLICT (tenant_id, key) DO UPDATE SET names = EXCLUDED.names, position = EXCLUDED.position
     WHERE (category.names, category.position) IS DISTINCT FROM (EXCLUDED.names, EXCLUDED.position)
""").bindparams(bindparam("rows", type_=JSONB))

# A dish that only has another place was not changed.
_PUT_DISHES = text("""
    INSERT INTO menu_dishes AS dish (tenant_id, sku, names, category, position, station, price,
        prepare_seconds, modifier_groups, is_offered, version)
    SELECT :tenant_id, sku, names, category, position, station, price, prepare_seconds, modifier_groups,
        is_offered, :version
      FROM jsonb_to_recordset(:rows) AS wanted (sku text, names jsonb, category text, position integer,
        station text, price bigint, prepare_seconds integer, modifier_groups jsonb, is_offered boolean)
    ON CONFLICT (tenant_id, sku) DO UPDATE SET names = EXCLUDED.names, category = EXCLUDED.category,
        position = EXCLUDED.position, station = EXCLUDED.station, price = EXCLUDED.price,
        prepare_seconds = EXCLUDED.prepare_seconds, modifier_groups = EXCLUDED.modifier_groups,
        is_offered = EXCLUDED.is_offered,
        version = CASE WHEN (dish.names, dish.category, dish.station, dish.price, dish.prepare_seconds,
                dish.modifier_groups, dish.is_offered)
            IS DISTINCT FROM (EXCLUDED.names, EXCLUDED.category, EXCLUDED.station, EXCLUDED.price,
                EXCLUDED.prepare_seconds, EXCLUDED.modifier_groups, EXCLUDED.is_offered)
            THEN EXCLUDED.version ELSE dish.version END
     WHERE (dish.names, dish.category, dish.position, dish.station, dish.price, dish.prepare_seconds,
            dish.modifier_groups, dish.is_offered)
        IS DISTINCT FROM (EXCLUDED.names, EXCLUDED.category, EXCLUDED.position, EXCLUDED.station,
            EXCLUDED.price, EXCLUDED.prepare_seconds, EXCLUDED.modifier_groups, EXCLUDED.is_offered)
""").bindparams(bindparam("rows", type_=JSONB))
