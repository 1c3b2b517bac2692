"""The catalogues brought up to the source: what is new stands in them empty, what is said no more is gone."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from languages.source_messages import DOMAINS, domains
from ordertrack.i18n.catalogues import TRANSLATIONS
from ordertrack.i18n.translate import LANGUAGES, SOURCE

LOCALES = sorted({language.catalogue for language in LANGUAGES.values()} - {SOURCE})
_CHANGING_HEADERS = re.compile(
    rb'^"(?!Language:|MIME-Version|Content-|Plural-Forms)[A-Z][A-Za-z-]+: .*\n(?:"[^:]*\n)?', re.M
)


def path_of(locale: str, domain: str) -> Path:
    return TRANSLATIONS / locale / "LC_MESSAGES" / f"{domain}.po"


def read(locale: str, domain: str) -> Catalog:
    with path_of(locale, domain).open("rb") as file:
        return read_po(file, locale=locale)


def write(locale: str, domain: str, catalogue: Catalog) -> None:
    """Without what changes with every writing, so that only what was said differs."""
    catalogue.header_comment = f"# What ordertrack says, in {catalogue.locale.english_name}."
    made = BytesIO()
    write_po(made, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
    path_of(locale, domain).write_bytes(without_changing_headers(made.getvalue()))


def without_changing_headers(written: bytes) -> bytes:
    """They stand before the first message; a message may have lines that look like them."""
    head, gap, messages = written.partition(b"\n\n")
    return _CHANGING_HEADERS.sub(b"", head + gap) + messages


def update(wanted: Sequence[str]) -> None:
    """Of the catalogues named, or of all."""
    for domain, source in domains().items():
        for locale in LOCALES if domain in (wanted or DOMAINS) else ():
            catalogue = read(locale, domain)
            catalogue.update(source, no_fuzzy_matching=True)
            write(locale, domain, catalogue)
            missing = sum(not all(_forms(message.string)) for message in catalogue if message.id)
            sys.stdout.write(
                f"{path_of(locale, domain).name} {locale}: {len(catalogue)} messages, {missing} empty\n"
            )


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    update(sys.argv[1:])
