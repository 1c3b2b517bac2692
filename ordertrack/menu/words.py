"""The company's own words for dishes and categories: made of names where nobody gave one."""

from __future__ import annotations

from collections.abc import Container

from ordertrack.menu.checks import LONGEST_SKU
from ordertrack.restaurants.stations import words_of


def word_of(name: str) -> str:
    """`Pizza Margherita` is `pizza-margherita`; empty for a name without letters and digits."""
    return words_of(name).replace(" ", "-")[:LONGEST_SKU].strip("-")


def free_word(name: str, taken: Container[str], instead: str) -> str:
    """The word of a name, with a number behind it if it is taken; `instead` where a name has none."""
    word = word_of(name) or instead
    made, number = word, 2
    while made in taken:
        made, number = f"{word[: LONGEST_SKU - len(str(number)) - 1]}-{number}", number + 1
    return made
