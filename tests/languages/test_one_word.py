"""One word for one idea, as docs/WORDS.md lists them: what a sentence is about has no other word in it."""

from __future__ import annotations

import re

import pytest

from languages.catalogues import read
from languages.source_messages import DOMAINS

# Where the English sentence speaks of the first, the other language has not the second.
NEVER = {
    "a board is no table": ("fr", r"\bboards?\b", r"\btableaux?\b"),
    "an open order is not unlocked": ("fr", r"\bopen orders?\b", r"\bcommandes? ouvertes?\b"),
    "an open order is not unlocked, in Arabic": ("ar", r"\bopen orders?\b", r"طلب(ات)? (أخرى )?مفتوح"),
    "a guest is no visitor": ("ar", r"\b(guest|customer)", r"\b(ال|لل)?(ضيف|ضيوف)\b"),
    "undoing is not cancelling": ("fr", r"^undo\b", r"\bannul"),
}


@pytest.mark.parametrize("rule", NEVER)
def test_an_idea_has_one_word(rule: str) -> None:
    locale, about, other = NEVER[rule]
    wrong = [
        (message.id, said)
        for domain in DOMAINS
        for message in read(locale, domain)
        for said in ([message.string] if isinstance(message.string, str) else message.string)
        if re.search(about, "".join(message.id), re.IGNORECASE) and re.search(other, said, re.IGNORECASE)
    ]
    assert wrong == []
