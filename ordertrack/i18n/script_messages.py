"""The messages that a page's scripts say, for the page to carry along in the language spoken."""

from __future__ import annotations

import json
import re
from functools import cache, partial
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from flask import Flask
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from ordertrack.database.config import ROOT
from ordertrack.i18n.translate import SOURCE, current, forms, gettext

SAID_BY: dict[str, tuple[int, ...] | None] = {"say": None, "sayMany": (1, 2)}
"""What a script calls to say something, as catalogue tools read it."""

_SCRIPTS = ROOT / "static" / "js"
_LOADED = re.compile(r'src="[^"]*/js/([\w/]+)\.js"')
_IMPORTED = re.compile(r'(?:from|import)\s*\(?"(\.[\w./]*)"')
_LATE = re.compile(r'\blate\("(\w+)"[,)]')  # of core/late.js


def init_app(app: Flask) -> None:
    app.jinja_env.globals["script_messages_of"] = as_json


def as_json(tags: Markup | str) -> Markup:
    """What `script_messages_of` finds, as it may stand in a script element; nothing for nothing."""
    messages = script_messages_of(tags)
    # Letters as they are: escaped, Arabic would be twice as long.
    return htmlsafe_json_dumps(messages, partial(json.dumps, ensure_ascii=False)) if messages else Markup()


def script_messages_of(tags: Markup | str) -> dict[str, str | dict[str, str]]:
    """The translations of what the scripts of these script elements say, and the modules that they import.

    A message that depends on a number has all its forms. English is what stands in the scripts: nothing.
    Raises FileNotFoundError, in every language, if one of the scripts does not exist.
    """
    loaded = _with_imports(frozenset(_SCRIPTS / f"{name}.js" for name in _LOADED.findall(str(tags))))
    if current().catalogue == SOURCE:
        return {}
    return {
        one: gettext(one) if many is None else forms(one, many)
        for one, many in sorted({said for script in loaded for said in _said_in(script)}, key=str)
    }


@cache
def _with_imports(scripts: frozenset[Path]) -> frozenset[Path]:
    further = {imported for script in scripts for imported in _imports_of(script)}
    return scripts if further <= scripts else _with_imports(scripts | further)


@cache
def _imports_of(script: Path) -> frozenset[Path]:
    source = script.read_text()
    imported = ((script.parent / other).resolve() for other in _IMPORTED.findall(source))
    return frozenset([*imported, *(_SCRIPTS / "entry" / f"{name}.js" for name in _LATE.findall(source))])


@cache
def _said_in(script: Path) -> frozenset[tuple[str, str | None]]:
    source = BytesIO(script.read_bytes())
    found = extract("javascript", source, keywords=SAID_BY, options={"parse_template_string": True})
    return frozenset(
        (message, None) if isinstance(message, str) else (message[0], message[1])
        for _line, message, _comments, _context in found
    )
