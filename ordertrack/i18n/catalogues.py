"""The words of each language, compiled from its catalogues when they are first needed.

What was compiled is kept beside them where that may be written, as Python keeps modules: each process would
take half a second for it.
"""

from __future__ import annotations

import gettext as gnu
import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from ordertrack.database.config import PACKAGE

TRANSLATIONS = PACKAGE / "translations"


@cache
def catalogue_of(language: str) -> gnu.NullTranslations:
    """The catalogue of a language, as Babel names it; one without words for English, which is the source."""
    words = gnu.NullTranslations()
    for path in sorted((TRANSLATIONS / language / "LC_MESSAGES").glob("*.po")):
        catalogue = gnu.GNUTranslations(BytesIO(_compiled(path, language)))
        catalogue.add_fallback(words)
        words = catalogue
    return words


def _compiled(path: Path, language: str) -> bytes:
    source = path.read_bytes()
    kept = path.parent / "__pycache__" / f"{path.stem}.{sha256(source).hexdigest()[:16]}.mo"
    with suppress(OSError):
        return kept.read_bytes()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=language))
    with suppress(OSError):
        _keep(kept, compiled.getvalue())
    return compiled.getvalue()


def _keep(kept: Path, compiled: bytes) -> None:
    """Whole or not at all, in place of what was compiled from another state of the catalogue."""
    kept.parent.mkdir(exist_ok=True)
    before = list(kept.parent.glob(f"{kept.name.partition('.')[0]}.*.mo"))
    beside = kept.with_suffix(f".{os.getpid()}")
    beside.write_bytes(compiled)
    os.replace(beside, kept)
    for path in before:
        path.unlink(missing_ok=True)
