"""What the overview says of a line, where there is no page: in the process that follows the log."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader
from jinja2.environment import TemplateModule

from ordertrack.database.config import ROOT
from ordertrack.i18n.translate import gettext, ngettext
from ordertrack.overview.attention import Line


def of_line(line: Line) -> str:
    """As `overview/_care_sentence.html` has it, in the language spoken now."""
    said: str = _sentences().said(line)  # type: ignore[attr-defined]
    return said.strip()


@cache
def _sentences() -> TemplateModule:
    made = Environment(loader=FileSystemLoader(ROOT / "templates"), extensions=["jinja2.ext.i18n"])  # noqa: S701 (plain text)
    made.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]
    return made.get_template("overview/_care_sentence.html").module
