"""`ordertrack menu`: a file is looked at, imported as a whole or not at all, and exported as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ordertrack.database.config import Settings
from support.cast import House
from support.command_line import run_here

Menu = Callable[..., "CompletedProcess[str]"]
TABLE = "name;price;category\nKebab;12,50;Grill\nTea;3;Drinks\n"


@pytest.fixture
def menu(settings: Settings, cedar: House, tmp_path: Path) -> Menu:
    def command(verb: str, *more: object) -> CompletedProcess[str]:
        said = (str(each) for each in more)
        return run_here(settings, "menu", verb, "--tenant", cedar.slug, *said, folder=tmp_path)

    return command


def test_a_menu_is_looked_at_imported_exported_and_the_same_again(menu: Menu, tmp_path: Path) -> None:
    table, exported = tmp_path / "menu.csv", tmp_path / "exported.json"
    table.write_text(TABLE)
    looked = json.loads(menu("import", table, "--dry-run", "--json").stdout)
    assert looked == {
        "dry_run": True,
        "added": ["kebab", "tea"],
        "changed": [],
        "withdrawn": [],
        "unchanged": 0,
    }
    assert menu("import", table).stdout == "Imported: added 2, changed 0, withdrawn 0, unchanged 0.\n"
    menu("export", "-o", exported)
    document = json.loads(exported.read_text())
    assert [item["price"] for item in document["items"]] == [1250, 300]
    assert menu("import", exported).stdout == "The menu is as the file says already.\n"
    assert "Kebab" in menu("export").stdout


def test_what_is_wrong_is_said_by_line_and_nothing_is_changed(menu: Menu, tmp_path: Path) -> None:
    table = tmp_path / "wrong.csv"
    table.write_text("name,price\nKebab,12.50\nTea,a lot\n")
    refused = menu("import", table)
    assert refused.returncode == 1
    assert refused.stderr.startswith("line 3, column price: must be an amount like 12.50")
    assert refused.stderr.endswith("Nothing was changed.\n")
    said = json.loads(menu("import", table, "--json").stdout)
    assert [(each["line"], each["column"]) for each in said["errors"]] == [(3, "price")]
    assert "Kebab" not in menu("export").stdout
