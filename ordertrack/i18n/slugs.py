"""Short names for addresses, made of the names that people give: small letters, digits and hyphens."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

LONGEST = 40
_OTHER = re.compile(r"[^a-z0-9]+")
# As signs in the streets of Beirut write them: near to what is said, and without marks.
_ARABIC = str.maketrans(
    dict(
        zip(
            "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئ",
            ("a", "b", "t", "th", "j", "h", "kh", "d", "z", "r", "z", "s", "sh", "s", "d", "t", "z", "a",
             "gh", "f", "q", "k", "l", "m", "n", "h", "w", "y", "a", "a", "", "a", "a", "i", "w", "y"),
            strict=True,
        )
    )
)  # fmt: skip


def slug_of(name: str, otherwise: str) -> str:
    """The name as it may stand in an address; `otherwise` if nothing of it can."""
    letters = normalize("NFKD", normalize("NFC", name).casefold().translate(_ARABIC))
    plain = "".join(each for each in letters if not combining(each))
    return _OTHER.sub("-", plain).strip("-")[:LONGEST].strip("-") or otherwise
