"""The settings page says beside each field what cannot be saved, keeps what was typed, and saves nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from backoffice.targets_forms import RULES, TARGETS, Form, a_shift, rules, sentences, target, typed


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Asia/Nowhere", "'Asia/Nowhere' is not a time zone"),
        ("timezone", "", "not a time zone"),
        ("timezone", "+02:00", "not a time zone"),
        ("timezone", "EET", "not a time zone"),
        ("timezone", "'; DROP TABLE orders; --", "not a time zone"),
        ("timezone", "<script>alert(1)</script>", "not a time zone"),
        ("timezone", "Z" * 5000, "not a time zone"),
        ("day_starts", "", "time of day"),
        ("day_starts", "25:00", "time of day"),
        ("day_starts", "24:00", "time of day"),
        ("day_starts", "04:00:30", "time of day"),
        ("forgotten_after", "", "number of minutes"),
        ("forgotten_after", "-5", "number of minutes"),
        ("forgotten_after", "nan", "number of minutes"),
        ("forgotten_after", "1e9", "number of minutes"),
        ("forgotten_after", "0", "1 to 1,440 minutes"),
        ("forgotten_after", "1441", "1 to 1,440 minutes"),
        ("forgotten_after", "0.5", "1 to 1,440 minutes"),
        ("early_before", "soon", "number of seconds"),
        ("early_before", "-1", "number of seconds"),
        ("early_before", "6.5", "number of seconds"),
        ("early_before", "६०", "number of seconds"),
        ("early_before", "3601", "0 to 3,600 seconds"),
    ],
)
def test_a_field_that_cannot_be_used_is_answered_in_place_and_kept_as_typed(
    maya: FlaskClient, saved: Callable[[], int], field: str, value: str, said: str
) -> None:
    shift = a_shift(5, "Brunch", "10:00", "11:00", ["6"])
    answer = maya.post(RULES, data=rules(shift, **{field: value}))
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert typed(answer, field) == value
    assert (typed(answer, "shift-5-name"), typed(answer, "shift-5-starts")) == ("Brunch", "10:00")
    assert "<script>alert" not in answer.text
    assert saved() == 0


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        ([a_shift(0, "Lunch", "11:00", "16:00"), a_shift(1, "Tea", "15:00", "17:00")], "overlap"),
        ([a_shift(0, "Night", "20:00", "03:00"), a_shift(1, "Late", "02:00", "04:00")], "overlap"),
        (
            [a_shift(0, "A", "11:00", "16:00", ["1", "2"]), a_shift(1, "B", "12:00", "13:00", ["2", "3"])],
            "On Wednesdays 'A' (11:00–16:00) and 'B' (12:00–13:00) overlap",
        ),
        ([a_shift(0, "Night", "20:00", "05:00")], "past 04:00"),
        ([a_shift(0, "Lunch", "11:00", "")], "Give both times"),
        ([a_shift(0, "Lunch", "", "12:00")], "Give both times"),
        ([a_shift(0, "", "11:00", "12:00")], "name must not be blank"),
        ([a_shift(0, "Lunch", "1100", "12:00")], "Give both times"),
        ([a_shift(0, "Lunch", "11:00", "12:00", [])], "Choose the weekdays"),
        ([a_shift(0, "Lunch", "11:00", "12:00", ["7", "x", "-1"])], "Choose the weekdays"),
        ([a_shift(0, "x" * 300, "11:00", "12:00")], "40 characters at most, not 300"),
        ([a_shift(0, "Lu\0nch", "11:00", "12:00")], "control characters (U+0000)"),
        ([a_shift(0, "Lu\x1bnch", "11:00", "12:00")], "control characters (U+001B)"),
        ([a_shift(0, "Lu\u202ench", "11:00", "12:00")], "direction marks"),
        ([a_shift(0, "A", "11:00", "12:00"), a_shift(1, "a", "13:00", "14:00")], "another shift 'a'"),
    ],
)
def test_shifts_that_cannot_hold_are_answered_beside_their_row(
    maya: FlaskClient, saved: Callable[[], int], shifts: list[Form], said: str
) -> None:
    answer = maya.post(RULES, data=rules(*shifts))
    assert answer.status_code == 422
    assert said in sentences(answer)
    for name, value in {name: value for each in shifts for name, value in each.items()}.items():
        if not isinstance(value, list):
            assert typed(answer, name) == value
    assert saved() == 0


def test_everything_that_is_wrong_is_said_at_once(maya: FlaskClient, saved: Callable[[], int]) -> None:
    shifts = (
        a_shift(2, "Lunch", "11:00", "16:00"),
        a_shift(4, "Broken", "noon", "14:00"),
        a_shift(6, "Tea", "15:00", "17:00"),
    )
    answer = maya.post(RULES, data=rules(*shifts, timezone="Asia/Nowhere", forgotten_after="-5"))
    assert answer.status_code == 422
    found = re.findall(r'<p class="problem" role="alert" id="problem-([^"]*)">', answer.text)
    assert sorted(found) == ["forgotten_after", "shift-4", "shift-6", "timezone"]
    assert saved() == 0


def test_two_hundred_shifts_are_too_many_and_none_of_them_is_lost(
    maya: FlaskClient, saved: Callable[[], int]
) -> None:
    many = [a_shift(row, f"Shift {row}", "11:00", "11:01", ["0"]) for row in range(200)]
    answer = maya.post(RULES, data=rules(*many))
    assert answer.status_code == 422
    assert "These are 200 shifts" in sentences(answer)
    assert typed(answer, "shift-199-name") == "Shift 199"
    assert saved() == 0


@pytest.mark.parametrize(
    "data", [{}, {"shift-99999999999-name": "x"}, {"shift--1-name": "x", "shift-x-name": ""}]
)
def test_a_form_without_its_fields_is_refused(
    maya: FlaskClient, saved: Callable[[], int], data: Form
) -> None:
    assert maya.post(RULES, data=data).status_code == 422
    assert maya.post(TARGETS, data=data).status_code == 422
    assert maya.post(RULES, json=data).status_code == 422
    assert saved() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("minutes", "-5", "Give a number of minutes"),
        ("minutes", "0", "more than nothing"),
        ("minutes", "0.00", "more than nothing"),
        ("minutes", "1440.01", "no longer than 1,440 minutes"),
        ("minutes", "999999", "no longer than 1,440 minutes"),
        ("minutes", "9" * 400, "Give a number of minutes"),
        ("minutes", "NaN", "Give a number of minutes"),
        ("minutes", "inf", "Give a number of minutes"),
        ("minutes", "1e3", "Give a number of minutes"),
        ("minutes", "fifteen", "Give a number of minutes"),
        ("minutes", "१५", "Give a number of minutes"),
        ("minutes", "15\0", "Give a number of minutes"),
        ("minutes", "", "no such target"),
        ("valid_from", "", "Give a day"),
        ("valid_from", "tomorrow", "Give a day"),
        ("valid_from", "2026-02-30", "Give a day"),
        ("valid_from", "20261120", "Give a day"),
        ("valid_from", "2026-W47-5", "Give a day"),
        ("valid_from", "9999-12-31", "Choose a day from"),
        ("valid_from", "0001-01-01", "Choose a day from"),
    ],
)
def test_a_target_that_cannot_hold_is_answered_in_place_and_kept_as_typed(
    maya: FlaskClient, saved: Callable[[], int], today: dt.date, field: str, value: str, said: str
) -> None:
    answer = maya.post(TARGETS, data=target(valid_from=today.isoformat()) | {field: value})
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert typed(answer, field) == value
    assert saved() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("stage", "", "Choose a stage"),
        ("stage", "lunch", "Choose a stage"),
        ("stage", "KITCHEN", "Choose a stage"),
        ("fulfilment", "drone", "Choose a fulfilment"),
        ("fulfilment", "\0", "Choose a fulfilment"),
    ],
)
def test_a_target_of_nothing_known_is_refused(
    maya: FlaskClient, saved: Callable[[], int], today: dt.date, field: str, value: str, said: str
) -> None:
    answer = maya.post(TARGETS, data=target(valid_from=today.isoformat()) | {field: value})
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert typed(answer, "minutes") == "15"
    assert saved() == 0
