"""A dish goes to the station whose words stand in its name: whole words, the longest first, in any script."""

from __future__ import annotations

import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.restaurants.operations import OperationSettings
from ordertrack.restaurants.stations import Station, station_of, words_of

GRILL = Station("Grill", ("kebab", "chicken", "كباب", "poulet grillé", "7up"))
COLD = Station("Cold", ("chicken salad", "فتوش", "Taboulé", "crème"))
KITCHEN = (GRILL, COLD)

words = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=8)
phrases = st.lists(words, min_size=1, max_size=4).map(" ".join)
between = st.text(st.sampled_from(" -,.()/'’&"), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("dish", "station"),
    [
        ("Kebab", "Grill"),
        ("LAMB KEBAB, LARGE", "Grill"),
        ("Kebabs", None),
        ("Shishkebab", None),
        ("Grilled chicken", "Grill"),
        ("Chicken  Salad (large)", "Cold"),
        ("salad of chicken", "Grill"),
        ("TABOULE", "Cold"),
        ("Tabboule", None),
        ("Poulet-Grille’ maison", "Grill"),
        ("Creme brulee", "Cold"),
        ("كَبَاب حلبي", "Grill"),
        ("كبـــاب", "Grill"),
        ("الكباب", None),
        ("فتّوش كبير", "Cold"),
        ("٧up", "Grill"),
        ("", None),
        ("🍕", None),
    ],
)
def test_a_dish_goes_to_the_station_whose_words_it_has(dish: str, station: str | None) -> None:
    assert station_of(KITCHEN, dish) == station


@given(phrases, between, st.lists(phrases, max_size=3))
def test_a_station_finds_its_own_words_whatever_stands_around_them(
    dish: str, blank: str, others: list[str]
) -> None:
    name = blank.join([*others[:1], dish, *others[1:]])
    assert station_of([Station("Grill", (dish,))], name) == ("Grill" if words_of(dish) else None)


@given(phrases)
def test_neither_case_nor_accents_nor_marks_make_another_dish(dish: str) -> None:
    forms = (dish.casefold(), unicodedata.normalize("NFD", dish), f"{dish}\u0301", f"\u0640{dish}")
    assert {words_of(form) for form in forms} == {words_of(dish)} == {words_of(words_of(dish))}


@given(words, words)
def test_a_part_of_a_word_is_not_the_word(word: str, rest: str) -> None:
    longer = words_of(word) + words_of(rest)
    if " " not in longer and longer != words_of(word) and words_of(word):
        assert station_of([Station("Grill", (word,))], longer) is None


@given(st.lists(phrases, min_size=1, max_size=5, unique_by=words_of), st.permutations(range(5)))
def test_the_longest_match_wins_in_whatever_order_stations_stand(dishes: list[str], order: list[int]) -> None:
    stations = [Station(dish, (dish,)) for dish in dishes]
    shuffled = [stations[index] for index in order if index < len(stations)]
    found = station_of(shuffled, " ".join(dishes))
    longest = max(len(words_of(dish)) for dish in dishes)
    assert found is None if longest == 0 else len(words_of(found or "")) == longest


@pytest.mark.parametrize("spelled", ["grill", " GRILL ", "Grill\u00a0", "\uff27\uff32\uff29\uff2c\uff2c"])
def test_a_station_that_an_order_names_is_the_one_that_is_set_up(spelled: str) -> None:
    floor = OperationSettings(uuid.uuid4(), stations=KITCHEN)
    assert floor.as_spelled(spelled) == "Grill"
    assert floor.as_spelled("Grill 2") == "Grill 2"


def test_of_equally_long_words_those_of_the_station_named_first_win() -> None:
    first, second = Station("First", ("red",)), Station("Second", ("hot",))
    assert station_of([first, second], "hot red") == "First"
    assert station_of([second, first], "hot red") == "Second"
