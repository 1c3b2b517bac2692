"""Names that mean the same are the same: whatever their case, their blanks and how they are composed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.i18n import names

words = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Mn"]), min_size=1, max_size=8)
blanks = st.text(st.sampled_from(" \u00a0\u2009\u3000"), max_size=2)


@pytest.mark.parametrize(
    "other", ["sami", "SAMI", "Sami ", "\u00a0Sami", "\uff33\uff41\uff4d\uff49", "Sa\u200bmi", "\u200fSami"]
)
def test_a_name_is_one_name_in_all_its_spellings(other: str) -> None:
    assert names.key(other) == names.key("Sami")


@pytest.mark.parametrize("other", ["Samir", "Sam i", "S\u00e1mi", ""])
def test_another_name_is_another(other: str) -> None:
    assert names.key(other) != names.key("Sami")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jos\u00e9", "JOSE\u0301"),
        ("Gro\u00df", "GROSS"),
        ("\u0623\u062d\u0645\u062f", "\u0627\u0654\u062d\u0645\u062f"),
    ],
)
def test_letters_are_the_same_however_they_are_composed(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


@given(st.lists(words, min_size=1, max_size=3), blanks, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_neither_case_nor_blanks_nor_form_make_another_name(parts: list[str], around: str, form: str) -> None:
    typed = around + f" {around}".join(parts) + around
    assert names.key(unicodedata.normalize(form, typed)) == names.key(" ".join(parts))
    assert names.key(typed.casefold()) == names.key(names.key(typed)) == names.key(typed)


@given(st.text(max_size=20))
def test_a_tidy_name_is_the_same_name_and_stays_as_it_is(name: str) -> None:
    tidy = names.tidy(name)
    assert names.key(tidy) == names.key(name)
    assert names.tidy(tidy) == tidy
