"""The menu of a company in the database: replaced as a whole, changed one by one, sold out somewhere."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from menu.menus import FACTS, KEBAB, PLAIN, TEA, a_menu, menus, save
from ordertrack.database.session import db, tenant_context
from ordertrack.menu import files, importing, one_by_one, reading, replacing, sold_out
from ordertrack.menu.csv_table import UnusableFile
from ordertrack.menu.dishes import Category, Dish, Menu, name_in
from ordertrack.menu.document import MenuRequest
from ordertrack.menu.editing import MenuChanged, UnusableMenu, editing
from ordertrack.menu.reading import menu_of
from ordertrack.restaurants import cache
from ordertrack.tenants.audit import AuditEntry
from support.cast import House


@pytest.fixture
def inside(app: Flask, cedar: House) -> Iterator[House]:
    """Cedar with three dishes, entered."""
    save(app, cedar)
    with tenant_context(app, cedar.tenant_id):
        yield cedar


def held(house: House) -> Menu:
    found = reading.read(house.tenant_id)
    assert found is not None
    return found


def entries(house: House) -> list[tuple[str, str]]:
    """What the audit has of dishes and the menu, in the order of writing."""
    found = db.session.query(AuditEntry).filter(AuditEntry.tenant_id == house.tenant_id)
    kept = found.filter(AuditEntry.kind.in_(["dish", "menu"])).order_by(AuditEntry.at).all()
    return [(each.kind, each.subject) for each in kept]


def replaced_by(house: House, *items: dict[str, object], **more: object) -> object:
    return replacing.replace(MenuRequest.model_validate(a_menu(*items, **more)), by=house.maya.principal)


def test_a_menu_reads_as_it_was_saved_in_its_order(inside: House) -> None:
    menu = menu_of(inside.tenant_id)
    assert [each.key for each in menu.categories] == ["grill", "drinks"]
    assert [dish.sku for dish in menu.dishes] == ["kebab", "tea", "bread"]
    kebab = menu.by_sku["kebab"]
    assert (kebab.price, kebab.station, kebab.prepare_seconds) == (1250, "Grill", 600)
    assert [name_in(kebab.names, language) for language in ("ar-arab", "fr", "de")] == [
        "كباب",
        "Kébab",
        "Kebab",
    ]
    (group,) = kebab.modifier_groups
    assert (group.choose, group.is_required, [each.price for each in group.modifiers]) == (
        "one",
        True,
        [0, 200],
    )


def test_the_same_again_changes_nothing_and_is_no_line_of_the_audit(inside: House) -> None:
    version, written = held(inside).version, entries(inside)
    assert not replaced_by(inside)
    assert (held(inside).version, entries(inside)) == (version, written)


def test_what_is_not_named_is_withdrawn_and_stays_for_who_ordered_it(inside: House) -> None:
    replaced_by(inside, KEBAB)
    menu = held(inside)
    assert [dish.sku for dish in menu.dishes] == ["kebab"]
    assert sorted(dish.sku for dish in menu.withdrawn) == ["bread", "tea"]
    assert not menu.by_sku["tea"].is_offered
    replaced_by(inside, KEBAB, TEA)
    assert [dish.sku for dish in held(inside).dishes] == ["kebab", "tea"]


def test_of_a_menu_that_is_wrong_in_one_place_nothing_is_saved(inside: House) -> None:
    before = held(inside)
    with pytest.raises(UnusableMenu) as refused:
        replaced_by(inside, {**KEBAB, "price": 1}, {**TEA, "category": "nowhere"}, {**PLAIN, "sku": "kebab"})
    assert [each.place for each in refused.value.problems] == [
        ("items", 1, "category"),
        ("items", 2, "sku"),
    ]
    assert held(inside) == before


def test_each_change_stands_in_the_audit_with_what_it_was(inside: House) -> None:
    replaced_by(inside, {**KEBAB, "price": 1300}, TEA)
    (changed,) = db.session.query(AuditEntry).filter_by(subject="kebab").order_by(AuditEntry.at).all()[1:]
    assert (changed.kind, changed.label, changed.name) == ("dish", "Kebab", "Maya")
    assert (changed.before, changed.after) == ({"price": "12.50 USD"}, {"price": "13.00 USD"})
    (gone,) = db.session.query(AuditEntry).filter_by(subject="bread").order_by(AuditEntry.at).all()[1:]
    assert (gone.before, gone.after) == ({"offered": True}, {"offered": False})


def test_who_changes_what_somebody_else_has_changed_is_refused(inside: House) -> None:
    by, kebab = inside.maya.principal, held(inside).by_sku["kebab"]
    assert one_by_one.change(replace(kebab, price=1300), by=by, seen=kebab.version)
    with pytest.raises(MenuChanged):
        one_by_one.change(replace(kebab, price=1400), by=by, seen=kebab.version)
    with pytest.raises(MenuChanged):
        one_by_one.move("tea", -1, by=by, seen=kebab.version)
    tea = held(inside).by_sku["tea"]
    assert one_by_one.change(replace(tea, price=1), by=by, seen=tea.version), "another dish was not changed"
    assert held(inside).by_sku["kebab"].price == 1300


def test_dishes_and_categories_move_are_added_and_go(inside: House) -> None:
    by = inside.maya.principal
    one_by_one.add(Dish("shish", {"en": "Shish"}, "grill"), by=by)
    one_by_one.move("shish", -1, by=by, seen=held(inside).version)
    one_by_one.move("shish", -1, by=by, seen=held(inside).version)
    one_by_one.move_category("drinks", -1, by=by, seen=held(inside).version)
    assert [dish.sku for dish in held(inside).dishes] == ["tea", "shish", "kebab", "bread"]
    with pytest.raises(one_by_one.CategoryInUse):
        one_by_one.remove_category("drinks", by=by)
    one_by_one.withdraw("tea", by=by)
    one_by_one.remove_category("drinks", by=by)
    assert [each.key for each in held(inside).categories] == ["grill"]
    one_by_one.offer_again("tea", by=by)
    assert held(inside).by_sku["tea"].category is None
    one_by_one.save_category(Category("sweets", {"en": "Sweets"}), by=by, is_new=True)
    one_by_one.save_category(Category("sweets", {"en": "Desserts"}), by=by, is_new=False)
    assert held(inside).categories[-1].names == {"en": "Desserts"}


def test_a_dish_is_sold_out_where_it_was_said_until_the_next_business_day(
    inside: House, hamra: uuid.UUID
) -> None:
    restaurants = {each.id for each in cache.of_tenant(inside.tenant_id)}
    (other,) = restaurants - {hamra}
    assert sold_out.mark(hamra, "kebab", True, by=inside.nour.principal)
    assert not sold_out.mark(hamra, "kebab", True, by=inside.nour.principal)
    kebab = menu_of(inside.tenant_id, hamra).by_sku["kebab"]
    calendar = cache.of_restaurant(inside.tenant_id, hamra).calendar
    tomorrow = calendar.day_of(dt.datetime.now(dt.UTC)) + dt.timedelta(days=1)
    assert kebab.sold_out_until == calendar.day_begins(tomorrow)
    assert not menu_of(inside.tenant_id, other).by_sku["kebab"].is_sold_out
    assert sold_out.mark(hamra, "kebab", False, by=inside.nour.principal)
    assert not menu_of(inside.tenant_id, hamra).by_sku["kebab"].is_sold_out
    last = db.session.query(AuditEntry).filter_by(subject="kebab").order_by(AuditEntry.at).all()[-1]
    assert (last.after, last.restaurant_id, last.name) == ({"sold_out": False}, hamra, "Nour")
    with pytest.raises(sold_out.NoSuchDish):
        sold_out.mark(hamra, "nothing", True, by=inside.nour.principal)


def test_what_was_sold_out_is_there_again_when_the_business_day_has_begun(
    inside: House, hamra: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_moment_ago = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with monkeypatch.context() as patched:
        patched.setattr(sold_out, "until", lambda *_args, **_more: a_moment_ago)
        sold_out.mark(hamra, "kebab", True, by=inside.nour.principal)
    assert not menu_of(inside.tenant_id, hamra).by_sku["kebab"].is_sold_out
    assert sold_out.mark(hamra, "kebab", True, by=inside.nour.principal), "it may be said again"


def test_the_menus_of_many_tenants_are_bounded_by_their_dishes(
    inside: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading._menus, "_most", 10)
    reading.forget_all()
    for number in range(20):
        reading._menus.get((uuid.uuid4(), (str(number),)), lambda: held(inside))
    assert reading._menus._weight <= 10
    assert len(reading._menus._values) == 2


def test_a_file_is_looked_at_first_and_saved_as_it_was_looked_at(inside: House) -> None:
    content = files.csv_of(held(inside), FACTS).replace(b"12.50", b"13.00")
    seen = held(inside).version
    assert [dish.sku for _was, dish in importing.preview(content, inside.tenant_id).changed] == ["kebab"]
    assert held(inside).version == seen
    with pytest.raises(UnusableFile):
        importing.save(b"name,price\nTea,x\n", by=inside.maya.principal)
    assert importing.save(content, by=inside.maya.principal, seen=seen)
    with pytest.raises(MenuChanged):
        importing.save(content, by=inside.maya.principal, seen=seen)
    assert held(inside).by_sku["kebab"].price == 1300


@settings(
    deadline=None, database=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(menu=menus())
def test_any_menu_is_read_from_the_database_as_it_was_saved_and_exported_and_imported_the_same(
    inside: House, menu: Menu
) -> None:
    with editing(inside.maya.principal) as edit:
        edit.put(replace(edit.before, categories=menu.categories, dishes=menu.dishes, withdrawn=()))
    found = held(inside)
    assert (found.categories, found.dishes) == (menu.categories, menu.dishes)
    for write in (files.csv_of, files.json_of):
        assert not importing.save(write(found, FACTS), by=inside.maya.principal)
    assert held(inside).version == found.version
