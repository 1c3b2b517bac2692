"""Which words on an order speak of an allergy: what a kitchen must not overlook, in its guests' languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Stems of words as `_plain` leaves them; a word that goes on differently is the same thing to a cook.
_STEMS = (
    "allerg",  # English and French
    "alerg",  # as it is often misspelt
    "anaphyla",
    "intoleran",
    "celiac",
    "coeliac",
    "coeliaq",
    "حساسي",  # allergy, with and without an article
    "تحسس",
    "متحسس",
    "يتحسس",
    "7asasi",  # Arabic in Latin letters
    "7assasi",
    "hasasiy",
    "hassasiy",
)
_FOUND = re.compile("|".join(_STEMS))

# What is left out for health's sake more often than for taste, from the start of a word on.
_ALLERGENS = "|".join((
    "peanut|nut(?!meg)|almond|walnut|pistachio|cashew|hazelnut|sesame|gluten|wheat|lactose|dairy|shellfish",
    "shrimp|prawn|soya?|egg(?!plant)|fish",
    "noix(?! de coco)|arachide|cacahuete|amande|noisette|pistache|cajou|crustace|crevette|soja|oeuf|poisson",
    "مكسرات|جوز(?! الهند)|لوز|فستق|فول سوداني|صنوبر|كاجو|بندق|سمسم|غلوتين|جلوتين|لاكتوز|بيض",
    "قريدس|ربيان|جمبري",
))  # fmt: skip
_LEFT_OUT = re.compile(
    rf"\b(?:no|without|sans|pas d['’e]|بدون|بلا|من دون|من غير)[\s:]*\b"
    rf"(?:(?!extra|add|more|with|plus|avec|مع|زياده)\w+[,\s]+){{0,3}}(?:ال)?(?:{_ALLERGENS})"
    rf"|\b(?:{_ALLERGENS})s?[- ](?:free|frei)\b"
)
_LIGATURES = str.maketrans({"œ": "oe", "ـ": None})


@lru_cache(4096)
def speaks_of_allergy(text: str | None) -> bool:
    """Whether a note, a modifier or a dish's name speaks of an allergy, even to say that there is none."""
    return text is not None and _FOUND.search(_plain(text)) is not None


@lru_cache(4096)
def leaves_out_an_allergen(text: str | None) -> bool:
    """Whether a note or a modifier asks for a dish without what many must not eat: nobody said why."""
    return text is not None and _LEFT_OUT.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """The text without case, accents, vowel marks and lengthened letters."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(character for character in apart if not unicodedata.combining(character))
