"""Reports and their settings in French and Arabic: no English left, numbers as they are written there."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backoffice.targets_forms import RULES, TARGETS, a_shift, rules, target
from languages.read_aloud import english_of, said_by
from ordertrack.backoffice.settings.settings_wording import shifts_in_words
from ordertrack.database.session import tenant_context
from ordertrack.i18n import formats
from ordertrack.i18n.translate import COOKIE, TAGS, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.calendar import DEFAULT_SHIFTS
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.sla.report import wording
from ordertrack.sla.report.charts import charts
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.report.tables.table_csv import csv_of
from ordertrack.sla.rollup import extend
from sla.report_of import FRIDAY, full_report, selection
from support.cast import House, Person
from support.houses.past_service import service, write

# What is called so in every language: file formats, the world's time, a zone; a shift that somebody named.
_SAME_EVERYWHERE = re.compile(r"\b(CSV|PNG|SVG|UTC|Asia/Beirut|Jour|Hamra|Jounieh)\b")
_SETTINGS = "/sla/settings/hamra"


@pytest.fixture
def pages(
    app: Flask, operator_app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> Callable[[str], dict[str, str]]:
    """Reports and settings of a house with four weeks of service and a history of settings, in a language."""
    now = dt.datetime.now(dt.UTC)
    with tenant_context(app, cedar.tenant_id):
        for restaurant in cache.of_tenant(cedar.tenant_id):
            since = restaurant.calendar.day_of(now) - dt.timedelta(40)
            save.save_target(restaurant.id, Target(Stage.KITCHEN, None, since, 900), by=cedar.maya.principal)
    write(operator_app, cedar, service(cedar, 7, now - dt.timedelta(28), 27.9, 250))
    with tenant_context(app, cedar.tenant_id):
        extend.rebuild(cedar.tenant_id)
    client = sign_in(cedar.maya)
    all_day = a_shift(0, "Jour", "04:00", "04:00")
    assert client.post(RULES, data=rules(all_day, early_before="30")).status_code == 302
    tomorrow = now.date() + dt.timedelta(2)
    for form in (target(fulfilment="pickup", minutes="7.5"), target(minutes="", fulfilment="delivery")):
        client.post(TARGETS, data=form | {"valid_from": tomorrow.isoformat()})
    paths = (
        "/sla?range=28&doubtful=in&group=day",
        "/sla?range=28&fulfilment=pickup&restaurant=hamra",
        "/sla?from=x&to=2026-11-20&stage=y&doubtful=z",
        "/restaurants",
        _SETTINGS,
    )

    def read(tag: str) -> dict[str, str]:
        client.set_cookie(COOKIE, tag)
        return {path: client.get(path).text for path in paths}

    return read


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_reports_and_settings_say_nothing_in_english(
    pages: Callable[[str], dict[str, str]], language: str
) -> None:
    english = english_of(language)
    for path, page in pages(language).items():
        said = said_by(page)
        assert len(said) > 2, path
        assert [text for text in said if english.fullmatch(text)] == [], path
    # English itself would be found out.
    assert sum(1 for text in said_by(pages("en")[_SETTINGS]) if english.fullmatch(text)) > 40


def test_on_an_arabic_page_no_latin_letter_stands_outside_names(
    pages: Callable[[str], dict[str, str]],
) -> None:
    for path, page in pages("ar").items():
        if "stage=y" in path:  # what was typed is said again as it was typed
            continue
        said = [_SAME_EVERYWHERE.sub("", text) for text in said_by(page)]
        assert [text for text in said if re.search("[A-Za-z]{2}", text)] == [], path


def test_whoever_reads_arabic_digits_sees_no_other(pages: Callable[[str], dict[str, str]]) -> None:
    written = pages("ar-arab")
    for path, page in written.items():
        if "stage=y" not in path:
            assert [text for text in said_by(page) if re.search("[0-9]", text)] == [], path
    assert any("٪" in text for text in said_by(written["/sla?range=28&doubtful=in&group=day"]))
    western = pages("ar")["/sla?range=28&doubtful=in&group=day"]
    assert not [text for text in said_by(western) if re.search("[٠-٩]", text)]


def test_the_panel_is_told_in_the_language_of_its_page(
    cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    client = sign_in(cedar.maya)
    client.set_cookie(COOKIE, "fr")
    page = client.get("/sla").text
    address = unescape(re.findall(r'hx-get="([^"]*)"', page)[0])
    client.set_cookie(COOKIE, "ar")  # on another page of the same device
    assert "En ce moment" in client.get(address).text
    assert "الجاري الآن" in client.get("/sla/now").text


@pytest.mark.parametrize("name", TABLES)
def test_a_file_has_its_headings_in_the_readers_language_and_figures_that_programs_read(name: str) -> None:
    made = full_report(selection())

    def lines(tag: str) -> list[list[str]]:
        with speaking(tag):
            text = csv_of(TABLES[name](made)).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))

    english, arabic = lines("en"), lines("ar-arab")
    assert not re.search(r"[A-Za-z]{2}", " ".join(arabic[0]))
    assert len(english) == len(arabic)
    for line, other in zip(english[1:], arabic[1:], strict=True):
        assert [cell for cell in line if cell[:1].isdigit()] == [cell for cell in other if cell[:1].isdigit()]


@pytest.mark.parametrize("tag", TAGS)
def test_a_file_is_named_in_letters_that_every_disk_takes(
    maya: FlaskClient, tag: str, undisturbed: None
) -> None:
    maya.set_cookie(COOKIE, tag)
    assert maya.get("/sla/days.csv").headers["Content-Disposition"].isascii()


def test_shares_times_and_days_are_written_as_in_each_language() -> None:
    def written(tag: str) -> tuple[str, str, str, str]:
        with speaking(tag):
            hours = charts(full_report(selection()))["hours"].data
            return formats.share(0.874), wording.time(845), formats.day(FRIDAY), hours["hours"][0]

    assert written("en") == ("87%", "14 min 05 s", "Fri 21 Nov", "11:00")
    assert written("fr") == ("87\xa0%", "14 min 05 s", "ven. 21 nov.", "11:00")
    assert written("ar") == ("87%", "14 د 05 ث", "الجمعة، 21 نوفمبر", "11:00")
    assert written("ar-arab") == ("٨٧٪", "١٤ د ٠٥ ث", "الجمعة، ٢١ نوفمبر", "١١:٠٠")


def test_what_is_typed_from_left_to_right_stands_so_in_arabic_too() -> None:
    with speaking("ar"):
        assert formats.iso(dt.date(2026, 11, 20)) == "\u20662026-11-20\u2069"
    with speaking("en"):
        assert formats.iso(dt.date(2026, 11, 20)) == "2026-11-20"


def test_shifts_that_were_named_in_another_script_are_listed_from_right_to_left() -> None:
    named = [
        replace(shift, name=name) for shift, name in zip(DEFAULT_SHIFTS, ("Brunch", "Late"), strict=True)
    ]
    with speaking("ar"):
        said = _("%(name)s: %(value)s", name="الورديات", value=shifts_in_words(named))
    brunch, late = "\u2067\u2068Brunch\u2069 11:00–16:00\u2069", "\u2067\u2068Late\u2069 16:00–01:00\u2069"
    assert said == f"الورديات: \u2067{brunch}، {late}\u2069"
