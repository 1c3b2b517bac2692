"""Which text may come in: readable, bounded, and unable to disturb the text around it on a screen."""

from __future__ import annotations

import unicodedata

# Marks that change the direction of what follows them. Arabic needs none: pages isolate every name and note.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, line and paragraph separators


class UnusableText(ValueError):
    """A text that cannot be taken in; the message says what to change."""


def plain_text(text: str, longest: int, *, lines: bool = False) -> str:
    """The text without blanks around it; raises UnusableText. `lines` allows line breaks (for notes)."""
    text = text.strip(" \n" if lines else " ")
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise UnusableText("must not be blank")
    if len(text) > longest:
        raise UnusableText(f"must have {longest} characters at most, not {len(text)}")
    for character in text:
        if character in _DIRECTION_MARKS:
            raise UnusableText(f"must not contain direction marks (U+{ord(character):04X})")
        if unicodedata.category(character) in _UNPRINTABLE and not (lines and character == "\n"):
            raise UnusableText(f"must not contain control characters (U+{ord(character):04X})")
    return text
