"""No template and no script holds words of its own: all that people read goes through the catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from ordertrack.database.config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
_READ_ALOUD = re.compile(r'\b(?:aria-label|title|placeholder|alt|label)="([^"]*[A-Za-z]{2}[^"]*)"')
_NOT_READ = re.compile(r'<(script|style|code)\b.*?</\1>|<[^>]*>|[\w-]+="[^"]*"', re.DOTALL)
_NAMES = re.compile(r"\bordertrack\b|\b(?:CSV|PNG|SVG)\b|&\w+;")
_SHOWN = re.compile(r"""\.(?:textContent|innerText|title|ariaLabel)\s*=\s*["'`][^"'`$]*[A-Za-z]{2}""")
_FOR_MACHINES = {"theme", "page", "state", "meta", "scripts"}


def words_of(template: Path) -> list[str]:
    """What stands in a template outside gettext and outside its markup."""
    source = "".join(_texts(template))
    aloud = [said for said in _READ_ALOUD.findall(source) if said]
    read = _NAMES.sub("", _NOT_READ.sub(" ", source))
    return aloud + re.findall(r"[^\W\d_]{2,}", read)


def _texts(template: Path) -> Iterator[str]:
    """What Jinja leaves as it stands, without translated blocks and those that only machines read."""
    names: list[str] = []
    skipped = ""
    for _line, kind, value in Environment().lexer.tokeniter(template.read_text(), template.name):
        if kind == "block_begin":
            names = []
        elif kind == "name":
            names.append(value)
        elif kind == "block_end":
            if names[:1] == ["trans"]:
                skipped = "endtrans"
            elif names[:1] == ["block"] and names[1] in _FOR_MACHINES:
                skipped = "endblock"
            elif names[:1] == [skipped]:
                skipped = ""
        elif kind == "data" and not skipped:
            yield value
        if kind in ("variable_end", "block_end") and not skipped:
            yield " "


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_template_says_nothing_but_what_the_catalogues_know(template: Path) -> None:
    assert words_of(template) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_script_writes_nothing_that_it_did_not_say(script: Path) -> None:
    assert _SHOWN.findall(script.read_text()) == []
