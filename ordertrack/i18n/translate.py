"""What is said in which language: the one spoken now, its words, its digits, and which one is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache, lru_cache, wraps
from typing import Any, ParamSpec
from unicodedata import bidirectional

from babel.numbers import format_decimal
from flask import Flask, has_request_context, request
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from ordertrack.i18n.catalogues import catalogue_of
from ordertrack.i18n.locales import LANGUAGES, SOURCE, TAGS, Language, tag_of, with_digits

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "SOURCE",
    "TAGS",
    "Language",
    "asked",
    "browsers",
    "current",
    "digits",
    "forms",
    "gettext",
    "marked",
    "ngettext",
    "npgettext",
    "number",
    "of_page",
    "pgettext",
    "remembered",
    "speaking",
    "tag_of",
    "with_digits",
]

COOKIE = "language"
P = ParamSpec("P")


_spoken: ContextVar[str] = ContextVar("spoken", default=SOURCE)
_REMEMBERED = 4096
_ONE_OF_EACH_FORM = (0, 1, 2, 3, 11, 100)
_ISOLATED = "\u2068"
_NUMBER = re.compile(r"(%\(\w+\)s)|[0-9]+")
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def current() -> Language:
    """The language that is spoken here and now; English unless something said otherwise."""
    return LANGUAGES[_spoken.get()]


def digits(text: object) -> str:
    """What stands in Western digits, an order's number or a time, in the digits of the language spoken."""
    said = str(text)
    return said.translate(_ARABIC_DIGITS) if current().digits == "arab" else said


def remembered(say: Callable[P, str]) -> Callable[P, str]:
    """What depends on the language and on small arguments alone is worked out once, while it is asked for.

    A report says the same counts and times over and over.
    """

    def in_language(_tag: str, *args: Any, **kwargs: Any) -> str:
        return say(*args, **kwargs)

    said: Any = lru_cache(_REMEMBERED, typed=True)(in_language)

    @wraps(say)
    def saying(*args: P.args, **kwargs: P.kwargs) -> str:
        text: str = said(_spoken.get(), *args, **kwargs)
        return text

    return saying


@remembered
def number(amount: float | Decimal) -> str:
    """An amount as its reader writes it, with the marks of thousands and of decimals."""
    language = current()
    # Babel knows the marks of a numbering system and leaves the digits.
    return digits(format_decimal(amount, locale=language.locale, numbering_system=language.digits))


@contextmanager
def speaking(tag: str) -> Iterator[Language]:
    """Render in this language what is rendered meanwhile."""
    token = _spoken.set(tag)
    try:
        yield LANGUAGES[tag]
    finally:
        _spoken.reset(token)


def gettext(message: str, **values: object) -> str:
    """The message in the language spoken now; `%(name)s` in it become `values`, integers in its digits."""
    return _filled(catalogue_of(current().catalogue).gettext(message), values)


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """As gettext, in the form that goes with a number, which is `%(num)s`."""
    said = catalogue_of(current().catalogue).ngettext(one, many, number)
    return _filled(said, {"num": number, **values})


def forms(one: str, many: str) -> dict[str, str]:
    """A message that depends on a number, in each form that the language has, by CLDR's name of the form."""
    language = current()
    said = catalogue_of(language.catalogue)
    return {
        language.locale.plural_form(number): _filled(said.ngettext(one, many, number), {})
        for number in _ONE_OF_EACH_FORM
    }


def pgettext(context: str, message: str, **values: object) -> str:
    """As gettext, for a word that means different things in different places."""
    return _filled(catalogue_of(current().catalogue).pgettext(context, message), values)


def npgettext(context: str, one: str, many: str, number: int, **values: object) -> str:
    said = catalogue_of(current().catalogue).npgettext(context, one, many, number)
    return _filled(said, {"num": number, **values})


def _filled(said: str, values: dict[str, object]) -> str:
    said = _in_arabic_digits(said) if current().digits == "arab" else said
    if not values:
        return said
    return said % {name: _shown(value) for name, value in values.items()}


def _shown(value: object) -> str:
    if isinstance(value, int):
        return digits(value)
    text = str(value)
    if text.isascii() and current().direction == "ltr":
        return text
    against, own = (("R", "AL"), "\u2066") if current().direction == "ltr" else (("L",), "\u2067")
    if not any(bidirectional(each) in against for each in text):
        return text
    # A name that runs against the sentence must not turn around what stands beside it. What holds such a name
    # is of the sentence's language, and runs its way whatever it begins with.
    return f"{own if _ISOLATED in text else _ISOLATED}{text}\u2069"


@cache
def _in_arabic_digits(said: str) -> str:
    """A message that has numbers of its own, `7 days`, in Arabic digits; names of values stay as they are."""
    return _NUMBER.sub(lambda found: found[0] if found[1] else found[0].translate(_ARABIC_DIGITS), said)


def marked(message: str) -> str:
    """Mark a message that stands in a constant for the catalogue; whoever shows it calls gettext on it."""
    return message


def browsers() -> str:
    """The tag that comes closest to what this request's browser asks for."""
    return request.accept_languages.best_match(["en", "fr", "ar"]) or SOURCE


def add_filters(environment: Environment, **filters: Callable[..., object]) -> None:
    """Filters for templates: of a constant too they say what is said in the language spoken at rendering.

    Others are worked out when the template is compiled, in the language of whoever came first.
    """
    for name, function in filters.items():
        environment.filters[name] = _when_rendered(function)


def _when_rendered(function: Callable[..., object]) -> Callable[..., object]:
    @pass_context
    @wraps(function)
    def rendered(_context: Context, *args: object, **kwargs: object) -> object:
        return function(*args, **kwargs)

    return rendered


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=False, pgettext=pgettext, npgettext=npgettext
    )
    app.jinja_env.globals.update(language=current, languages=LANGUAGES)
    add_filters(app.jinja_env, digits=digits, number=number)
    app.before_request(_speak_as_asked)
    app.teardown_request(_fall_silent)


def _speak_as_asked() -> None:
    _spoken.set(asked())


def _fall_silent(_error: BaseException | None) -> None:
    _spoken.set(SOURCE)


def asked() -> str:
    """The tag that this request asks for: programs are answered in English, people as their device chose."""
    assert has_request_context()
    if request.path.startswith("/api/"):
        return SOURCE
    kept = request.cookies.get(COOKIE, "")
    if kept in LANGUAGES:
        return kept
    return browsers()


def of_page() -> str:
    """The tag of the page that this request belongs to: its query's `language`, for a device may have chosen
    another since the page was opened."""
    tag = request.values.get("language", "")
    return tag if tag in LANGUAGES else asked()
