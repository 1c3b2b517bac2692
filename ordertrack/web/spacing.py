"""Templates on the wire: without the lines and spaces that lay them out for whoever reads them."""

from __future__ import annotations

import re

from flask import Flask
from jinja2.ext import Extension

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BLOCKS = "p|li|ul|ol|h[1-6]|header|footer|main|section|div|dialog|form|template"
# No space is shown before what begins or ends a block; before other elements the line break is the space.
_BEFORE_BLOCKS = re.compile(rf"\n(?=</?(?:{_BLOCKS})\b)")


class Unindented(Extension):
    """Takes the indents out before a template is compiled: in a page, a line break does what they would."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _BEFORE_BLOCKS.sub("", _INDENT.sub("", source))


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
