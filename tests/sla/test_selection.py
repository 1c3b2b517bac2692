"""What the address chooses, read and written."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.report import query_string
from ordertrack.sla.report.query_string import Typed, UnusableChoice, read
from ordertrack.sla.report.selection import Grouping, Preset, Selection
from sla.report_of import restaurant, selection

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TODAY = NOON.date()
TENANT = uuid.uuid4()
RESTAURANTS = (restaurant("Hamra"), restaurant("Jounieh"), restaurant("Marina", "Asia/Dubai"))


def args_of(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query, keep_blank_values=True))


def chosen(query: str, now: dt.datetime = NOON) -> Selection:
    return read(args_of(query), TENANT, RESTAURANTS, now)


def refused(query: str) -> dict[str, str]:
    with pytest.raises(UnusableChoice) as refusal:
        chosen(query)
    return refusal.value.problems


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", dt.date(2026, 11, 19), dt.date(2026, 11, 19)),
        ("range=today", TODAY, TODAY),
        ("range=yesterday", dt.date(2026, 11, 19), dt.date(2026, 11, 19)),
        ("range=7", dt.date(2026, 11, 14), TODAY),
        ("range=28", dt.date(2026, 10, 24), TODAY),
        ("range=90", dt.date(2026, 8, 23), TODAY),
        ("from=2026-10-01&to=2026-10-03", dt.date(2026, 10, 1), dt.date(2026, 10, 3)),
        ("range=today&from=2026-10-01&to=2026-10-03", TODAY, TODAY),
    ],
)
def test_a_range_is_so_many_days_up_to_today(query: str, first: dt.date, last: dt.date) -> None:
    made = chosen(query)
    assert (made.first, made.last) == (first, last)


def test_today_is_the_latest_business_day_that_runs_in_any_chosen_restaurant() -> None:
    # 04:30 in Dubai, where the 21st has begun; 02:30 in Beirut, where the 20th still runs.
    night = dt.datetime(2026, 11, 21, 0, 30, tzinfo=dt.UTC)
    assert chosen("range=today", night).last == dt.date(2026, 11, 21)
    assert chosen("range=today&restaurant=hamra", night).last == dt.date(2026, 11, 20)


def test_today_is_each_restaurants_own_and_its_hours_that_are_over_are_counted_from_its_start() -> None:
    # 14:00 in Beirut and 16:00 in Dubai, where days begin at 04:00.
    assert (chosen("range=7").hours_over, chosen("range=7").lagging) == (10, frozenset())
    assert chosen("range=7&restaurant=marina").hours_over == 12
    assert chosen("range=yesterday").hours_over is None
    assert chosen("from=2026-11-01&to=2026-11-19").hours_over is None
    night = dt.datetime(2026, 11, 21, 0, 30, tzinfo=dt.UTC)  # as above
    hamra, jounieh, marina = (each.id for each in RESTAURANTS)
    assert chosen("range=today", night).lagging == chosen("", night).lagging == {hamra, jounieh}
    assert chosen("range=7", night).lagging == frozenset()
    assert chosen("range=7", night).hours_over == 0  # of the last day most have nothing yet
    assert chosen("from=2026-11-19&to=2026-11-20", night).hours_over == 22
    assert marina not in chosen("range=today", night).lagging


def test_nothing_chosen_is_all_restaurants_the_kitchen_and_shifts() -> None:
    made = chosen("")
    assert made.is_all and made.restaurants == RESTAURANTS
    assert (made.stage, made.group, made.fulfilment, made.with_left_out) == (
        Stage.KITCHEN,
        Grouping.SHIFT,
        None,
        False,
    )
    assert chosen("restaurant=hamra&restaurant=jounieh&restaurant=marina").is_all


def test_restaurants_that_are_named_are_chosen_once_each() -> None:
    made = chosen("restaurant=marina&restaurant=hamra&restaurant=hamra")
    assert [each.slug for each in made.restaurants] == ["hamra", "marina"]
    assert not made.is_all


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("from=2026-11-20&to=2026-11-19", "days", "after the last"),
        ("from=2026-11-20", "days", "both days"),
        ("to=2026-11-20", "days", "both days"),
        ("from=2026-13-45&to=2026-11-19", "days", "is not a day"),
        ("from=20261120&to=2026-11-19", "days", "is not a day"),
        ("from=yesterday&to=2026-11-19", "days", "is not a day"),
        ("from=0001-01-01&to=0001-01-02", "days", "2000 to 2099"),
        ("from=9999-12-30&to=9999-12-31", "days", "2000 to 2099"),
        ("from=1976-01-01&to=2026-01-01", "days", "2000 to 2099"),
        ("from=2000-01-01&to=2049-12-31", "days", "18,263 days"),
        ("range=5", "range", "none of today, yesterday, 7, 28, 90"),
        ("restaurant=verdun", "restaurant", "no restaurant 'verdun'"),
        ("stage=lunch", "stage", "none of accept"),
        ("fulfilment=drone", "fulfilment", "none of delivery"),
        ("group=moon", "group", "none of shift, day, weekday"),
        ("doubtful=perhaps", "doubtful", "neither in nor out"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_a_sentence(query: str, field: str, sentence: str) -> None:
    assert sentence in refused(query)[field]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert set(refused("from=x&to=y&stage=z&restaurant=w")) == {"days", "stage", "restaurant"}


def test_400_days_can_be_chosen_and_401_cannot() -> None:
    assert chosen("from=2025-01-01&to=2026-02-04").length == query_string.LONGEST
    assert "401 days" in refused("from=2025-01-01&to=2026-02-05")["days"]


def test_what_was_typed_stays_in_the_form() -> None:
    typed = Typed.in_address(args_of("from=x&to=2026-11-19&restaurant=verdun&stage=road&doubtful=in"))
    assert (typed.first, typed.last, typed.stage, typed.with_left_out) == ("x", "2026-11-19", "road", True)
    assert typed.restaurants == {"verdun"}


selections = st.builds(
    lambda preset, span, restaurants, **others: replace(
        selection(restaurants=RESTAURANTS),
        tenant_id=TENANT,
        first=preset.days(TODAY)[0] if preset else min(span),
        last=preset.days(TODAY)[1] if preset else max(span),
        restaurants=tuple(each for each in RESTAURANTS if each in restaurants),
        is_all=len(restaurants) == len(RESTAURANTS),
        preset=preset,
        **others,
    ),
    preset=st.none() | st.sampled_from(Preset),
    span=st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), min_size=2, max_size=2),
    restaurants=st.lists(st.sampled_from(RESTAURANTS), min_size=1, unique=True),
    fulfilment=st.none() | st.sampled_from(Fulfilment),
    stage=st.sampled_from(Stage),
    group=st.sampled_from(Grouping),
    with_left_out=st.booleans(),
)


@given(selections)
def test_the_address_holds_the_whole_choice(made: Selection) -> None:
    assert chosen(made.query) == made
    assert iri_to_uri(made.query) == made.query


@given(selections)
def test_the_period_before_is_as_long_on_the_same_weekdays_and_the_last_that_leaves_it_out(
    made: Selection,
) -> None:
    before = made.before
    assert before.length == made.length
    assert before.first.weekday() == made.first.weekday()
    assert dt.timedelta(0) < made.first - before.last <= dt.timedelta(7)
    assert replace(before, first=made.first, last=made.last, preset=made.preset) == made


FIELDS = ("range", "from", "to", "restaurant", "fulfilment", "stage", "group", "doubtful")
# As they come out of addresses: digits of other scripts, halves of characters, days that there are not.
texts = (
    st.text(max_size=12)
    | st.sampled_from(["2026-02-30", "0000-00-00", "٢٠٢٦-٠١-٠١", "2026-W01-1", "in", "7", "\udc80", "\0"])
    | st.dates().map(dt.date.isoformat)
)


@given(st.lists(st.tuples(st.sampled_from(FIELDS), texts), max_size=8))
def test_whatever_is_typed_is_either_understood_or_refused_in_words(pairs: list[tuple[str, str]]) -> None:
    args = MultiDict(pairs)
    Typed.in_address(args)
    problems: dict[str, str] = {}
    made = None
    try:
        made = read(args, TENANT, RESTAURANTS, NOON)
    except UnusableChoice as refusal:
        problems = refusal.problems
    if made is None:
        assert problems and all(problems.values())
    else:
        assert 1 <= made.length <= query_string.LONGEST
        assert made.before.first.year > 1900
