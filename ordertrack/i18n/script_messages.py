"""The messages that a page's scripts say, for the page to carry along in the language spoken."""

from __future__ import annotations

import json
import re
from functools import cache, partial
from io import BytesIO

from babel.messages.extract import extract
from flask import Flask
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from ordertrack.database.config import ROOT
from ordertrack.i18n.translate import SOURCE, current, forms, gettext

SAID_BY: dict[str, tuple[int, ...] | None] = {"say": None, "sayMany": (1, 2)}
"""What a script calls to say something, as catalogue tools read it."""

_SCRIPTS = ROOT / "static" / "js"
_LOADED = re.compile(r'src="[^"]*/js/(\w+)\.js"')
_IMPORTED = re.compile(r'(?:from|import)\s*\(?"\./(\w+)\.js"')


def init_app(app: Flask) -> None:
    app.jinja_env.globals["script_words"] = as_json


def as_json(tags: Markup | str) -> Markup:
    """What `script_words` finds, as it may stand in a script element; nothing for nothing."""
    words = script_words(tags)
    # Letters as they are: escaped, Arabic would be twice as long.
    return htmlsafe_json_dumps(words, partial(json.dumps, ensure_ascii=False)) if words else Markup()


def script_words(tags: Markup | str) -> dict[str, str | dict[str, str]]:
    """The translations of what the scripts of these script elements say, and the modules that they import.

    A message that depends on a number has all its forms. English is what stands in the scripts: nothing.
    """
    if current().catalogue == SOURCE:
        return {}
    loaded = _with_imports(frozenset(_LOADED.findall(str(tags))))
    return {
        one: gettext(one) if many is None else forms(one, many)
        for one, many in sorted({said for name in loaded for said in _said_in(name)}, key=str)
    }


@cache
def _with_imports(names: frozenset[str]) -> frozenset[str]:
    known = {name for name in names if (_SCRIPTS / f"{name}.js").exists()}
    further = {imported for name in known for imported in _imports_of(name)}
    return frozenset(known) if further <= known else _with_imports(frozenset(known | further))


@cache
def _imports_of(name: str) -> frozenset[str]:
    source = (_SCRIPTS / f"{name}.js").read_text()
    return frozenset(other for other in _IMPORTED.findall(source) if (_SCRIPTS / f"{other}.js").exists())


@cache
def _said_in(name: str) -> frozenset[tuple[str, str | None]]:
    source = BytesIO((_SCRIPTS / f"{name}.js").read_bytes())
    found = extract("javascript", source, keywords=SAID_BY, options={"parse_template_string": True})
    return frozenset(
        (message, None) if isinstance(message, str) else (message[0], message[1])
        for _line, message, _comments, _context in found
    )
