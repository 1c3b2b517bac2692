"""A page of settings that nobody has changed is read back as the settings that hold, in every language."""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from ordertrack.backoffice.settings.settings_forms import (
    SHIFTS,
    STATIONS,
    read_operations,
    read_rules,
    read_target,
    type_operations,
    type_rules,
    type_target,
)
from ordertrack.i18n.form_fields import Reading, Rows, Typed, whole
from ordertrack.i18n.translate import TAGS, speaking
from ordertrack.restaurants.calendar import Rules, Shift
from ordertrack.restaurants.operations import MOVES, Asked, OperationSettings
from ordertrack.restaurants.stations import Station
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.stages import HEADLINE

RESTAURANT = uuid.UUID(int=7)
NAMES = ("Lunch", "Dinner", "ليل", "Tard le soir", "7up")
languages = st.sampled_from(TAGS)
times = st.lists(st.integers(0, 24 * 12 - 1), min_size=2, max_size=5, unique=True).map(sorted)
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def some_rules(draw: st.DrawFn) -> Rules:
    marks = [dt.time(minute * 5 // 60, minute * 5 % 60) for minute in draw(times)]
    shifts = [
        Shift(name, draw(weekdays), starts, ends)
        for name, (starts, ends) in zip(NAMES, pairwise(marks), strict=False)
    ]
    forgotten, early = draw(st.integers(122, 2880)) * 30, draw(st.integers(0, 3600))
    return Rules(dt.date.min, "Asia/Beirut", dt.time(), tuple(shifts), forgotten, early)


some_operations = st.builds(
    lambda undo, rest, digits, names, recall, reasons: OperationSettings(
        RESTAURANT,
        dict(zip(MOVES, undo, strict=True)),
        rest * 60,
        digits,
        tuple(Station(name, (f"{name} 1", f"{name} 2")) for name in names),
        recall * 60,
        reasons,
    ),
    st.lists(st.integers(0, 30), min_size=len(MOVES), max_size=len(MOVES)),
    st.integers(1, 240),
    st.booleans(),
    st.lists(st.sampled_from(NAMES), unique=True),
    st.integers(0, 60),
    st.dictionaries(
        st.sampled_from(Asked), st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple)
    ),
)


@given(some_rules(), languages)
def test_rules_are_read_back(rules: Rules, language: str) -> None:
    with speaking(language):
        assert read_rules(type_rules(rules)) == rules


@given(some_operations, languages)
def test_operations_are_read_back(wanted: OperationSettings, language: str) -> None:
    with speaking(language):
        assert read_operations(type_operations(wanted), RESTAURANT) == wanted


def test_a_target_that_nobody_has_thought_of_yet_is_of_the_headline_from_today() -> None:
    today = dt.date(2025, 11, 20)
    assert read_target(type_target(today, {})) == Target(HEADLINE, None, today, None)


@pytest.mark.parametrize(("rows", "filled"), [(SHIFTS, 20), (STATIONS, 20), (STATIONS, 200), (SHIFTS, 3)])
def test_no_row_is_lost_and_blank_ones_are_offered_up_to_as_many_as_there_can_be(
    rows: Rows, filled: int
) -> None:
    form = Typed(MultiDict({f"{rows.name}-{2 * number}-name": "x" for number in range(filled)}))
    shown = rows.shown(form)
    assert [number for number, row in shown.items() if not row.is_blank] == [2 * n for n in range(filled)]
    assert sum(row.is_blank for row in shown.values()) == max(0, min(2, rows.most - filled))
    spare = rows.spare(shown)
    assert len(spare) == max(0, rows.most - len(shown)) and not spare.keys() & shown.keys()


def test_a_row_of_blanks_is_none_and_one_for_more_has_every_weekday() -> None:
    form = Typed(MultiDict({"shift-0-name": " ", "shift-0-weekday": ["1"], "station-3-dishes": "\r\n \n"}))
    assert SHIFTS.typed(form) == STATIONS.typed(form) == {}
    assert all(row.every("weekday") == list("0123456") for row in SHIFTS.shown(form).values())


def test_what_is_wrong_with_a_value_is_said_at_its_row() -> None:
    fields = {"station-2-name": "Grill", "station-5-name": "", "station-5-dishes": "kebab"}
    typed = Typed(MultiDict(fields | {"arabic_digits": "0", "rest_after": "x"}))
    with pytest.raises(UnusableSettings) as refused:
        read_operations(typed, RESTAURANT)
    assert refused.value.problems.keys() == {
        *(f"undo-{status}" for status in MOVES),
        "rest_after",
        "recall_within",
        "station-5",
    }


def test_a_field_that_cannot_be_read_is_replaced_and_a_blank_one_may_be_optional() -> None:
    reading = Reading(Typed(MultiDict({"one": "1", "bad": "x", "blank": " "})))
    assert reading.value("one", whole, "no", 9) == 1
    assert reading.value("bad", whole, "bad", 9) == reading.value("missing", whole, "missing", 9) == 9
    assert reading.optional("blank", whole, "no") is reading.optional("absent", whole, "no") is None
    assert reading.problems == {"bad": "bad", "missing": "missing"}
