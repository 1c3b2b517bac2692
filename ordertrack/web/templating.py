"""Templates as they are compiled: without what lays them out for readers, and their parts in one piece."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from jinja2.ext import Extension

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BLOCKS = "p|li|ul|ol|h[1-6]|header|footer|main|section|div|dialog|form|template"
# No space is shown before what begins or ends a block; before other elements the line break is the space.
_BEFORE_BLOCKS = re.compile(rf"\n(?=</?(?:{_BLOCKS})\b)")


class Unindented(Extension):
    """Takes the indents out before a template is compiled: in a page, a line break does what they would."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _BEFORE_BLOCKS.sub("", _INDENT.sub("", source))


_INCLUDE = re.compile(r'\{%(-?) include "([^"]+)" (-?)%\}')
# What defines something for whoever imports it, or stands in a layout, stays a template of its own.
_OF_ITS_OWN = re.compile(r"\{%-? (?:macro|from|import|extends|block)\b")


class InOnePiece(Extension):
    """Puts in the place of `include` what is included: a card has twenty parts, each a call of its own else.

    What is set in a part stays in it, as if it had been included.
    """

    priority = Unindented.priority + 1  # after it: what is put in has come through it already

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _INCLUDE.sub(self._part, source)

    def _part(self, include: re.Match[str]) -> str:
        before, name, after = include.groups()
        assert self.environment.loader is not None
        part = self.environment.loader.get_source(self.environment, name)[0]
        if _OF_ITS_OWN.search(part):
            return include[0]
        part = self.environment.preprocess(part, name).removesuffix("\n")
        return f"{{%{before} with %}}{part}{{% endwith {after}%}}"


# Of reports, which are many parts, and of what stands around every page.
_AHEAD = ("layout/", "shared/", "report/")


def compile_ahead(app: Flask) -> None:
    """Compile what takes long before processes are forked from this one: each would for its first page."""
    environment = app.jinja_env
    for name in environment.list_templates(filter_func=lambda each: each.startswith(_AHEAD)):
        environment.get_template(name)


class Environment(FlaskEnvironment):
    """Templates whose globals are a plain dictionary: a chain of them is walked for each of its names."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def init_app(app: Flask) -> None:
    """Before anybody has asked for the templates' environment."""
    app.jinja_environment = Environment
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
    app.jinja_env.add_extension(InOnePiece)
