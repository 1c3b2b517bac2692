"""Which names mean the same: whatever their case, their blanks and how their letters are composed."""

from __future__ import annotations

import unicodedata

from flask import Flask

from ordertrack.i18n.translate import add_filters


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, name_key=key)


def tidy(name: str) -> str:
    """The name as it is kept: no blanks around it, one between its words."""
    blanks = (
        " " if unicodedata.category(each) == "Zs" else each for each in unicodedata.normalize("NFC", name)
    )
    return " ".join(word for word in "".join(blanks).split(" ") if word)


def key(name: str) -> str:
    """What is equal for names that mean the same, and is shown to nobody."""
    # Compatibility caseless matching, as Unicode has it: a normal form may need to be folded once more.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", name).casefold())
    folded = unicodedata.normalize("NFKD", folded.casefold())
    seen = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    return " ".join(seen.split())
