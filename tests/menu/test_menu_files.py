"""A menu as a file: what is written is read as the same, and what cannot be read is said at its line."""

from __future__ import annotations

import codecs
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menu.menus import FACTS, menus
from ordertrack.menu import files
from ordertrack.menu.csv_table import UnusableFile
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup

GRILL = Category("grill", {"en": "From the grill"})
SIZES = ModifierGroup(
    {"en": "Size"}, (Modifier({"en": "Small"}), Modifier({"en": "Large"}, 200)), "one", True
)
KEBAB = Dish("kebab", {"en": "Kebab", "ar": "كباب"}, "grill", "Grill", 1250, 600, (SIZES,))
HELD = Menu((GRILL,), (KEBAB, Dish("tea", {"en": "Tea"})))


def problems(content: bytes, before: Menu = HELD) -> list[tuple[int | None, str | None]]:
    with pytest.raises(UnusableFile) as refused:
        files.difference_of(content, before, FACTS)
    assert all(each.said for each in refused.value.problems)
    return [(each.line, each.column) for each in refused.value.problems]


@settings(deadline=None, database=None, max_examples=60)
@given(menu=menus(), write=st.sampled_from([files.csv_of, files.json_of]))
def test_what_was_exported_changes_nothing_when_it_is_imported(menu: Menu, write: object) -> None:
    content = write(menu, FACTS)  # type: ignore[operator]
    difference = files.difference_of(content, menu, FACTS)
    assert not difference, (difference.added, difference.changed, difference.withdrawn)
    anew = files.difference_of(content, Menu(), FACTS).after
    assert (anew.categories, anew.dishes) == (menu.categories, menu.dishes)


@settings(deadline=None, database=None, max_examples=60)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode), menu=menus())
def test_whatever_a_file_has_in_it_it_is_a_menu_or_refused(content: bytes, menu: Menu) -> None:
    for each in (content, b"row,sku,name,price\n" + content, b'{"items": [' + content):
        with suppress(UnusableFile):
            files.difference_of(each, menu, FACTS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_as_spreadsheet_programs_write_it(separator: str, encode: str, end: str) -> None:
    lines = (["Name", "Name_AR", "Price"], ["Pizza; large", "بيتزا", "12,50"])
    quoted = (separator.join(f'"{cell}"' for cell in line) for line in lines)
    found = files.difference_of((end.join(quoted) + end).encode(encode), Menu(), FACTS).added
    assert found == [Dish("pizza-large", {"en": "Pizza; large", "ar": "بيتزا"}, price=1250)]


@pytest.mark.parametrize("first", ["sep=;", "\n\nsep=;", "\n"])
def test_what_stands_before_the_titles_is_passed_over_and_lines_are_counted_with_it(first: str) -> None:
    content = f"{first}\nname;price\nPizza;1\nTea;x\n".encode()
    assert problems(content) == [(first.count("\n") + 4, "price")]


def test_a_column_that_is_not_there_leaves_what_it_would_say() -> None:
    (was, now), *others = files.difference_of(b"sku;price\nkebab;13,00\ntea;\n", HELD, FACTS).changed
    assert (was.price, now.price, others) == (1250, 1300, [])
    assert (now.names, now.station, now.modifier_groups) == (KEBAB.names, "Grill", (SIZES,))
    emptied = files.difference_of(b"row,sku,station,price\ndish,kebab,,\ndish,tea,,\n", HELD, FACTS).changed
    assert [(dish.station, dish.price, dish.modifier_groups) for _was, dish in emptied] == [(None, None, ())]


def test_a_category_is_found_by_any_of_its_names_or_made() -> None:
    content = "name,category\nKafta,FROM THE GRILL\nLabneh,Cold mezze\nHummus,cold mezzé\n".encode()
    after = files.difference_of(content, HELD, FACTS).after
    assert [each.key for each in after.categories] == ["grill", "cold-mezze"]
    assert [dish.category for dish in after.dishes] == ["grill", "cold-mezze", "cold-mezze"]


def test_what_a_file_does_not_name_is_withdrawn_and_comes_back_when_it_does() -> None:
    difference = files.difference_of(b"sku,name\ntea,Tea\n", HELD, FACTS)
    assert [dish.sku for dish in difference.withdrawn] == ["kebab"]
    again = files.difference_of(files.csv_of(HELD, FACTS), difference.after, FACTS)
    assert (again.added, again.withdrawn) == ([KEBAB], [])


WRONG = {
    "nothing": (b"", [(None, None)]),
    "blanks": (b"\n \n", [(None, None)]),
    "another column": (b"name,prise\nTea,1\n", [(None, "prise")]),
    "no name": (b"sku,name\nsoup,\n", [(2, "name_en")]),
    "amounts": (b"name,price\nTea,a lot\nSoup,1.999\nBread,-1\n", [(2, "price"), (3, "price"), (4, "price")]),
    "seconds": (
        b"name,prepare_seconds\nTea,1.5\nSoup,999999\n",
        [(2, "prepare_seconds"), (3, "prepare_seconds")],
    ),
    "twice": (b"sku,name\ntea,Tea\ntea,Tea\n", [(3, "sku")]),
    "an unusable word": (b"sku,name\na b,Tea\n", [(2, "sku")]),
    "a long name": (b"name\n" + b"x" * 201 + b"\n", [(2, "name_en")]),
    "a control character": (b"name\nTe\x07a\n", [(2, "name_en")]),
    "a kind of row": (b"row,name\nside,Tea\n", [(2, "row")]),
    "an option of nothing": (b"row,name\ndish,Tea\noption,Large\n", [(3, "row")]),
    "a group of nothing": (b"row,name\ngroup,Size\n", [(2, "row")]),
    "an empty group": (b"row,name\ndish,Tea\ngroup,Size\n", [(3, "options")]),
    "what to choose": (b"row,name,choose\ndish,Tea,\ngroup,Size,two\noption,Large,\n", [(3, "choose")]),
    "what is required": (b"row,name,required\ndish,Tea,\ngroup,A,perhaps\noption,B,\n", [(3, "required")]),
    "an option's price": (b"row,name,price\ndish,Tea,\ngroup,A,\noption,B,x\n", [(4, "price")]),
    "a category twice": (b"row,sku,name\ncategory,a,A\ncategory,a,B\n", [(3, "sku")]),
    "several lines in a cell": (
        b'name,price\n"Te\na",x\nSoup,y\n',
        [(2, "price"), (2, "name_en"), (4, "price")],
    ),
    "a quotation mark": (b'name\nTea\n"Soup\n', [(3, None)]),
    "more cells": (b"name,price\nTea,1,2\n", [(2, None)]),
    "another encoding": ("name\nThé\n".encode("latin-1"), [(2, None)]),
    "half of UTF-16": (codecs.BOM_UTF16_LE + b"a", [(1, None)]),
    "no JSON": (b'{"items": [\n{"sku" 3}]}', [(2, None)]),
    "another document": (b'{"menu": []}', [(None, "items"), (None, "menu")]),
    "a wrong item": (
        b'{"items": [{"sku": "a", "names": {"en": "A"}, "price": "1"}]}',
        [(None, "items.0.price")],
    ),
    "deep JSON": (b'{"a":' * 100_000, [(None, None)]),
    "another currency": (b'{"items": [], "currency": "LBP"}', [(None, "currency")]),
}


@pytest.mark.parametrize(("content", "places"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_line_and_its_column(
    content: bytes, places: list[tuple[int | None, str | None]]
) -> None:
    assert problems(content) == places


def test_what_looks_like_a_formula_is_a_text_in_a_spreadsheet_and_read_as_it_was() -> None:
    menu = Menu((), (Dish("a", {"en": "=1+1"}), Dish("b", {"en": "'=2"}), Dish("c", {"en": "'t Huis"})))
    content = files.csv_of(menu, FACTS)
    assert b"'=1+1" in content and b"''=2" in content and b",'t Huis" in content
    assert not files.difference_of(content, menu, FACTS)
