"""The words of each language, compiled from its catalogues when they are first needed."""

from __future__ import annotations

import gettext as gnu
from functools import cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ordertrack.database.config import PACKAGE

TRANSLATIONS = PACKAGE / "translations"


@cache
def catalogue_of(language: str) -> gnu.NullTranslations:
    """The catalogue of a language, as Babel names it; one without words for English, which is the source."""
    words = gnu.NullTranslations()
    for path in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            compiled = BytesIO()
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        catalogue = gnu.GNUTranslations(compiled)
        catalogue.add_fallback(words)
        words = catalogue
    return words
