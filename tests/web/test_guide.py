"""The guide for a restaurant: the same in every language, in the product's words, with its pictures."""

from __future__ import annotations

import html
import re
from functools import cache

import pytest
from flask import Flask

from languages.source_messages import domains
from ordertrack.database.config import ROOT
from ordertrack.i18n.translate import COOKIE, LANGUAGES, gettext, speaking
from ordertrack.web import markdown

LARGEST_PICTURE = 60_000  # bytes
_PICTURE = re.compile(r"!\[([^]]+)\]\(\.\./static/([^)]+)\)")


def guide(language: str) -> str:
    return (ROOT / "docs" / f"GUIDE.{LANGUAGES[language].locale.language}.md").read_text()


@cache
def messages(language: str) -> list[str]:
    """All that the product says, in this language."""
    with speaking(language):
        said = [each.id for catalogue in domains().values() for each in catalogue if each.id]
        return [gettext(each if isinstance(each, str) else each[0]) for each in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_page_is_in_the_language_of_its_reader(app: Flask, language: str) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, language)
    page = html.unescape(client.get("/help").text)
    (title, _), *sections = markdown.headings(guide(language))
    assert f"<title>{title} · ordertrack</title>" in page
    assert all(f'href="#{name}">{said}</a>' in page and f'id="{name}"' in page for said, name in sections)
    for picture in re.findall(r'<img src="([^"]+)"', page):
        with client.get(picture) as answer:
            assert answer.status_code == 200, picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_calls_what_is_tapped_by_the_name_that_stands_there(app: Flask, language: str) -> None:
    named = [each for each in re.findall(r"\*\*(.+?)\*\*", guide(language)) if each not in ("?", "؟")]
    with app.app_context():
        said = messages(language)
    assert named and [each for each in named if not any(one.startswith(each) for one in said)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_the_same_parts_and_pictures_in_every_language(language: str) -> None:
    shown = {one: _PICTURE.findall(guide(one)) for one in ("en", language)}
    files = [[file.partition("/")[2].partition("/")[2] for _, file in each] for each in shown.values()]
    assert files[0] == files[-1] and len(files[0]) == 9
    assert len(markdown.headings(guide(language))) == len(markdown.headings(guide("en")))
    for _, file in shown[language]:
        assert 1_000 < (ROOT / "static" / file).stat().st_size <= LARGEST_PICTURE, file


def test_in_arabic_it_runs_from_right_to_left_wherever_it_is_read() -> None:
    assert guide("ar").startswith('<div dir="rtl">') and guide("ar").rstrip().endswith("</div>")
