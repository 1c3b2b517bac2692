"""What the bench of doors says of rounds: who was kept out is not hidden in the times of who was not."""

from __future__ import annotations

import itertools
from collections import Counter

from doors import asking
from doors.asking import Fared
from doors.figures import Figures, Measured, said


def test_times_are_the_medians_of_rounds_and_whoever_was_not_served_is_counted() -> None:
    rounds = [
        Fared([1.0, 3.0, 2.0], Counter({"503": 1})),
        Fared([10.0, 30.0, 20.0]),
        Fared([], Counter({"nothing in 5 s": 2})),
    ]
    assert said(rounds) == "**6 of 9 served**; 11 and 15.9 ms; 2 × nothing in 5 s, 1 × 503"
    assert said([Fared([4.0, 4.0])]) == "all 2 served; 4 and 4 ms"
    assert said([Fared([], Counter({"503": 2}))]) == "**0 of 2 served**; 2 × 503"


def test_counts_add_up_and_words_are_said_once() -> None:
    assert said([Counter({"429": 2000, "200": 1}), Counter({"200": 1})]) == "2,000 × 429, 2 × 200"
    assert said([0, 0]) == "0" and said([2, 3]) == "5"
    assert said(["421", "421"]) == "421" and said([]) == ""
    assert said([Measured(2.0, "s"), Measured(1.0, "s"), Measured(9.0, "s")]) == "2 (1 to 9) s"


def test_a_side_without_a_figure_has_an_empty_cell() -> None:
    figures = Figures()
    for figures.side, what in (("old", "a"), ("old", "b"), ("new", "b")):
        figures.add("a siege", what, "200")
    assert figures.markdown(["old", "new"]).splitlines()[2:] == [
        "| a siege | a | 200 |  |",
        "| — | b | 200 | 200 |",
    ]


def test_who_is_refused_or_waits_in_vain_is_not_served() -> None:
    met = itertools.cycle([200, 302, 429, TimeoutError(), ConnectionResetError()])

    def ask() -> int:
        answer = next(met)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, int)
        return answer

    left = iter(range(4))
    (fared,) = asking.fare([ask], lambda: next(left, None) is not None, 0.0)
    assert (len(fared.took), fared.asked) == (2, 5)
    assert fared.failed == Counter({"429": 1, "nothing in 5 s": 1, "cut off": 1})
