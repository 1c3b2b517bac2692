"""Every template that is named is there, and every one that is there is named."""

from __future__ import annotations

import re

from ordertrack.database.config import ROOT

TEMPLATES = ROOT / "templates"
NAMED = re.compile(r'"([\w/]+\.html)"')


def test_templates_are_those_that_are_named() -> None:
    files = [*(ROOT / "ordertrack").rglob("*.py"), *TEMPLATES.rglob("*.html")]
    named = {name for file in files for name in NAMED.findall(file.read_text())}
    assert named == {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}


def test_every_template_stands_in_a_folder() -> None:
    assert list(TEMPLATES.glob("*.html")) == []
