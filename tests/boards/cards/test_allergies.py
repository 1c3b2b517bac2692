"""What speaks of an allergy is found, however a guest writes it; what does not, is not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.boards.allergens import leaves_out_an_allergen, speaks_of_allergy

SPEAKING = [
    "Allergy: nuts",
    "guest is ALLERGIC to shellfish",
    "alergic to milk",
    "allergens?",
    "no known allergies",
    "lactose intolerant",
    "anaphylaxis!",
    "coeliac, no bread",
    "allergie aux arachides",
    "Il est allergique au lait",
    "ALLERGÈNES : sésame",
    "intolérance au gluten",
    "cœliaque",
    "حساسية من المكسرات",
    "عندي حسّاسيّة فول سوداني",
    "الحساسيه",
    "حســـاسية",
    "يتحسس من السمك",
    "3ande 7asasiye",
]
SILENT = ["", "no onion", "extra garlic", "sans oignon", "بدون بصل", "well done, all of it", "Valérie", None]


@pytest.mark.parametrize("text", SPEAKING)
def test_a_note_of_an_allergy_is_recognised(text: str) -> None:
    assert speaks_of_allergy(text)


@pytest.mark.parametrize("text", SILENT)
def test_an_ordinary_note_is_not_taken_for_an_allergy(text: str | None) -> None:
    assert not speaks_of_allergy(text)


WITHOUT_AN_ALLERGEN = [
    "No nuts",
    "no pine nuts please",
    "no onion, no peanuts",
    "without any sesame",
    "Without: sesame",
    "Sans : noix",
    "gluten-free",
    "Dairy free",
    "no egg",
    "sans noix",
    "pas de crevettes",
    "sans œufs",
    "sans gluten",
    "بدون صنوبر",
    "بلا مكسرات",
    "من دون السمسم",
]
WITH_IT_OR_WITHOUT_ANOTHER = [
    "extra nuts",
    "no onion, extra nuts",
    "no eggplant",
    "no nutmeg",
    "no coconut",
    "sans noix de coco",
    "بدون بندورة",
    "بدون جوز الهند",
    "casino nuts",
    "free nuts",
    "no tahini",
]


@pytest.mark.parametrize("text", WITHOUT_AN_ALLERGEN)
def test_a_dish_asked_for_without_an_allergen_is_doubted(text: str) -> None:
    assert leaves_out_an_allergen(text)
    assert not speaks_of_allergy(text)


@pytest.mark.parametrize("text", [*SILENT, *WITH_IT_OR_WITHOUT_ANOTHER])
def test_what_is_left_out_for_taste_is_not_doubted(text: str | None) -> None:
    assert not leaves_out_an_allergen(text)


@given(st.sampled_from(SPEAKING), st.text(), st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_neither_what_stands_around_it_nor_the_spelling_of_its_accents_hides_an_allergy(
    text: str, before: str, after: str, form: str
) -> None:
    written = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    for spelt in (written, written.upper(), written.title()):
        assert speaks_of_allergy(f"{before} {spelt} {after}")
