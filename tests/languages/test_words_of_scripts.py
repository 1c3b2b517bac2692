"""Scripts and server say the same: the same words, the same form for a number, the same digits and times."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from ordertrack.database.config import ROOT
from ordertrack.i18n import labels, script_messages
from ordertrack.i18n.script_messages import script_messages_of
from ordertrack.i18n.translate import TAGS, digits, gettext, ngettext, speaking
from support.cast import House, Person

BEIRUT = ZoneInfo("Asia/Beirut")
COUNTS = (0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111, 1000)
MOVED = ("%(num)s order moved", "%(num)s orders moved")
MOMENT = dt.datetime(2026, 11, 20, 3, 5, tzinfo=dt.UTC)
_SAY = """async ([one, many, counts, moment]) => {
  const { src } = document.querySelector("script[src$='/kitchen.js']");
  const words = src.replace("bundles/js/entry/kitchen.js", "js/core/i18n.js");
  const { say, sayMany, number, clock, lasting } = await import(words);
  return {
    word: say("late by %(time)s", { time: lasting(42 * 60_000) }),
    unknown: say("%(never)s translated", { never: 12 }),
    counted: counts.map((count) => sayMany(one, many, count)),
    numbers: counts.map(number),
    clock: clock(moment, "Asia/Beirut"),
    lasting: [0, 59, 60, 61, 125, 600].map((minutes) => lasting(minutes * 60_000)),
  };
}"""


def lasting(minutes: int) -> str:
    if minutes < 60:
        return gettext("%(minutes)s min", minutes=minutes)
    rest = digits(f"{minutes % 60:02}")
    return gettext("%(hours)s h %(minutes)s", hours=minutes // 60, minutes=rest)


@pytest.mark.parametrize("tag", TAGS)
def test_a_board_s_scripts_speak_as_the_server_does(
    cedar: House, open_page: Callable[..., Page], tag: str
) -> None:
    page = open_page(cedar.nour, "/r/hamra/kitchen", language=tag)
    said = page.evaluate(_SAY, [*MOVED, COUNTS, MOMENT.timestamp() * 1000])
    with speaking(tag):
        assert said["word"] == gettext("late by %(time)s", time=lasting(42))
        assert said["unknown"] == f"{digits(12)} translated"
        assert said["counted"] == [ngettext(*MOVED, count) for count in COUNTS]
        assert said["numbers"] == [digits(count) for count in COUNTS]
        assert said["clock"] == labels.clock(MOMENT, BEIRUT)
        assert said["lasting"] == [lasting(minutes) for minutes in (0, 59, 60, 61, 125, 600)]


def test_a_page_carries_the_words_of_its_own_scripts_and_of_what_they_import() -> None:
    silent = '<script type="module" src="/static/0/js/live/versions.js"></script>'
    live = '<script type="module" src="/static/0/js/live/wake.js"></script>'
    with speaking("fr"):
        assert script_messages_of(silent) == {}
        # Said by status_sign.js alone.
        assert script_messages_of(live)["Reconnecting…"] == gettext("Reconnecting…")
        assert "late by %(time)s" not in script_messages_of(live)
        board = script_messages_of('<script type="module" src="/static/0/js/alerts/announce.js"></script>')
        assert set(board[MOVED[0]]) == {"one", "other"}
    with speaking("en"):
        assert script_messages_of(live) == {}


def test_a_board_carries_the_words_of_every_script_that_it_may_load_late() -> None:
    page = ROOT / "static" / "js"
    names = {
        name
        for script in page.rglob("*.js")
        for name in re.findall(r"\blate\(\s*\"(\w+)\"", script.read_text())
    } - {"picker"}  # a tablet's own
    assert {"keyboard", "tones", "find", "allday", "sheet", "http"} <= names
    with speaking("fr"):
        board = script_messages_of('<script src="/static/0/bundles/js/entry/kitchen.js"></script>')
        for name in names:
            own = script_messages_of(f'<script src="/static/0/bundles/js/entry/{name}.js"></script>')
            assert own.items() <= board.items(), name


@pytest.mark.parametrize("tag", ["en", "fr"])
def test_a_page_that_names_a_script_which_does_not_exist_is_refused(tag: str) -> None:
    moved = '<script type="module" src="/static/0/js/nowhere.js"></script>'
    with speaking(tag), pytest.raises(FileNotFoundError, match=r"js/nowhere\.js"):
        script_messages_of(moved)


def test_the_foot_of_a_board_is_in_the_language_of_its_page_whoever_asked_first(
    cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    client = sign_in(cedar.nour)
    for tag in [*TAGS, *TAGS]:
        client.set_cookie("language", tag)
        page = client.get("/r/hamra/kitchen").text
        with speaking(tag):
            assert f'popovertarget="passing">{gettext("Ready")} <span' in page


def test_an_import_is_looked_for_beside_the_script_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_messages, "_SCRIPTS", tmp_path)
    for folder in ("board", "core"):
        (tmp_path / folder).mkdir()
    counts = 'import { say } from "../core/i18n.js";\nimport "./more.js";'
    (tmp_path / "board" / "counts.js").write_text(counts)
    (tmp_path / "board" / "more.js").write_text('say("Live");')
    tag = '<script src="/static/0/bundles/js/board/counts.js"></script>'
    with speaking("fr"):
        with pytest.raises(FileNotFoundError, match=r"core/i18n\.js"):
            script_messages_of(tag)
        (tmp_path / "core" / "i18n.js").write_text('say("Offline");')
        assert script_messages_of(tag) == {"Live": gettext("Live"), "Offline": gettext("Offline")}


@pytest.mark.parametrize("script", ["find", "keyboard", "tones", "sheet", "columns", "allday"])
def test_a_board_carries_the_words_of_scripts_that_come_when_first_needed(script: str) -> None:
    with speaking("fr"):
        board = script_messages_of('<script src="/static/bundles/js/entry/kitchen.js"></script>')
        own = script_messages_of(f'<script src="/static/js/entry/{script}.js"></script>')
    assert own.items() <= board.items()
