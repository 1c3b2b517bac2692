"""What dishes and categories are called in the language spoken, for pages."""

from __future__ import annotations

from flask import Flask

from ordertrack.i18n.translate import add_filters, current
from ordertrack.menu.dishes import Names, name_in


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, named=named)


def named(names: Names) -> str:
    """The name for who reads the page."""
    return name_in(names, current().tag)
