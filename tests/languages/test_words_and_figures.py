"""Moments, lengths of time, figures and names as readers of each language write them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.boards.reasons import as_read
from ordertrack.i18n import labels
from ordertrack.i18n.translate import (
    LANGUAGES,
    TAGS,
    current,
    digits,
    gettext,
    number,
    speaking,
    tag_of,
    with_digits,
)
from ordertrack.orders.imported import NO_REASON
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

BEIRUT = ZoneInfo("Asia/Beirut")
MOMENT = dt.datetime(2026, 11, 20, 16, 5, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("tag", "moment", "lasted", "amount"),
    [
        ("en", "Fri 20 Nov, 18:05:09", "1 h 05 min", "12,345.6"),
        ("fr", "ven. 20 nov., 18:05:09", "1 h 05 min", "12\u202f345,6"),
        ("ar", "الجمعة، 20 نوفمبر، 18:05:09", "1 س 05 د", "12,345.6"),
        ("ar-arab", "الجمعة، ٢٠ نوفمبر، ١٨:٠٥:٠٩", "١ س ٠٥ د", "١٢٬٣٤٥٫٦"),
    ],
)
def test_a_moment_a_length_and_an_amount_are_written_as_their_reader_writes_them(
    tag: str, moment: str, lasted: str, amount: str
) -> None:
    with speaking(tag):
        assert labels.day_and_clock(MOMENT, BEIRUT) == moment
        assert labels.clock(MOMENT, BEIRUT) == moment[-8:-3]
        assert labels.duration(dt.timedelta(hours=1, minutes=5, seconds=59)) == lasted
        assert number(12345.6) == amount


@given(st.integers(0, 10**9))
def test_a_number_keeps_its_value_in_other_digits(figure: int) -> None:
    with speaking("ar-arab"):
        shown = digits(figure)
    assert not set(shown) & set("0123456789")
    assert int("".join(str(unicodedata.digit(each)) for each in shown)) == figure
    with speaking("ar"):
        assert digits(figure) == str(figure)


def test_a_name_that_runs_against_the_sentence_does_not_turn_it_around() -> None:
    held = "%(name)s had done that already."
    with speaking("ar"):
        assert "\u2068Karim (2)\u2069" in gettext(held, name="Karim (2)")
        assert "\u2068" not in gettext(held, name="كريم") + gettext("Order %(number)s", number=7)
    assert gettext(held, name="Karim") == "Karim had done that already."
    assert gettext(held, name="كريم").startswith("\u2068كريم\u2069")


@pytest.mark.parametrize("tag", TAGS)
def test_every_status_move_role_and_fulfilment_has_a_word(tag: str) -> None:
    with speaking(tag):
        for each in (
            [labels.status(status) for status in OrderStatus],
            [labels.move(status) for status in OrderStatus if status != OrderStatus.PENDING],
            [labels.role(role) for role in Role],
            [labels.fulfilment(fulfilment) for fulfilment in Fulfilment],
        ):
            assert all(each) and len(set(each)) == len(each)
            assert tag == "en" or not any(word.isascii() and word == word.lower() for word in each)


def test_what_is_spoken_inside_ends_with_it() -> None:
    assert current().tag == "en"
    with speaking("fr"), speaking("ar-arab"):
        assert (current().tag, current().direction) == ("ar-arab", "rtl")
    assert current().tag == "en"


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("fr-LB", "fr"),
        ("AR_lb", "ar"),
        ("ar-arab", "ar-arab"),
        ("arc", None),
        ("hy", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_is_known_by_its_own_name_and_that_of_a_region_s(
    wanted: str | None, tag: str | None
) -> None:
    assert tag_of(wanted) == tag


def test_digits_change_within_a_language_and_nowhere_else() -> None:
    assert [with_digits(tag, are_arabic=True) for tag in TAGS] == ["en", "fr", "ar-arab", "ar-arab"]
    assert [with_digits(tag, are_arabic=False) for tag in TAGS] == ["en", "fr", "ar", "ar"]
    assert len({language.bcp47 for language in LANGUAGES.values()}) == len(TAGS)


def test_what_an_imported_log_says_for_want_of_a_reason_is_read_in_everybodys_words() -> None:
    read = {}
    for tag in TAGS:
        with speaking(tag):
            read[tag] = as_read(NO_REASON)
    assert read["en"] == NO_REASON
    assert read["fr"] == "Le journal ne donne pas de motif"
    assert NO_REASON not in (read["fr"], read["ar"])
