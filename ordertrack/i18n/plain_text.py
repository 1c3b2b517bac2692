"""Which text may come in: readable, bounded, and unable to disturb the text around it on a screen."""

from __future__ import annotations

import unicodedata

from ordertrack.i18n.translate import gettext as _

# Marks that change the direction of what follows them. Arabic needs none: pages isolate every name and note.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and symbols by their category, and blank on every screen: fillers, an empty cell of braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, line and paragraph separators


class UnusableText(ValueError):
    """A text that cannot be taken in; the message says what to change."""


def is_visible(text: str) -> bool:
    """Whether somebody who reads it sees anything."""
    return any(unicodedata.category(each)[0] in "LNPS" and each not in _BLANK for each in text)


def plain_text(text: str, longest: int, *, lines: bool = False) -> str:
    """The text without blanks around it; raises UnusableText. `lines` allows line breaks (for notes)."""
    text = text.strip(" \n" if lines else " ")
    if not is_visible(text):
        raise UnusableText(_("must not be blank"))
    if len(text) > longest:
        raise UnusableText(
            _("must have %(longest)s characters at most, not %(length)s", longest=longest, length=len(text))
        )
    for character in text:
        if character in _DIRECTION_MARKS:
            raise UnusableText(_("must not contain direction marks (%(mark)s)", mark=_code(character)))
        if unicodedata.category(character) in _UNPRINTABLE and not (lines and character == "\n"):
            raise UnusableText(_("must not contain control characters (%(mark)s)", mark=_code(character)))
    return text


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
