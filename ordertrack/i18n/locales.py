"""The languages that are spoken here, each named by a tag: a language together with its digits.

`ar` writes 123, `ar-arab` writes ١٢٣. What is rendered for many watchers at once is rendered once a tag, so a
tag is all that may differ between them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from babel import Locale


class Language(NamedTuple):
    """`name` is what its speakers call it; `locale` is Babel's, `bcp47` the browser's name of it.

    `sample` shows its digits where the same language can be had with others.
    """

    tag: str
    name: str
    locale: Locale
    bcp47: str
    sample: str = ""

    @property
    def catalogue(self) -> str:
        return self.locale.language

    @property
    def digits(self) -> str:
        """The numbering system, as Babel and browsers name it."""
        return "arab" if self.tag == "ar-arab" else "latn"

    @property
    def direction(self) -> str:
        return _direction(self.locale.language)


@cache
def _direction(language: str) -> str:
    return str(Locale(language).text_direction)


LANGUAGES = {
    language.tag: language
    for language in (
        Language("en", "English", Locale("en", "GB"), "en-GB"),
        Language("fr", "Français", Locale("fr"), "fr"),
        Language("ar", "العربية", Locale("ar"), "ar-u-nu-latn", "123"),
        Language("ar-arab", "العربية", Locale("ar"), "ar-u-nu-arab", "١٢٣"),
    )
}
TAGS = tuple(LANGUAGES)
SOURCE = "en"


def tag_of(wanted: str | None) -> str | None:
    """The tag for somebody's language, which may be named like `fr-LB`; None if it is not spoken here."""
    language = (wanted or "").lower().replace("_", "-")
    return next((tag for tag in (language, language.partition("-")[0]) if tag in LANGUAGES), None)


def with_digits(tag: str, *, are_arabic: bool) -> str:
    """The tag of the same language that writes Arabic digits, or Western ones, if it has both."""
    wanted = "arab" if are_arabic else "latn"
    same = [other for other in LANGUAGES.values() if other.catalogue == LANGUAGES[tag].catalogue]
    return next((other.tag for other in same if other.digits == wanted), tag)
