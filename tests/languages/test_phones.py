"""A number is the same however it is typed; what is none stays as somebody typed it."""

from __future__ import annotations

import pytest

from ordertrack.i18n import phones

INTERNATIONAL = "+961 3 555 127"


@pytest.mark.parametrize(
    "typed",
    [
        "03 555 127",
        "03555127",
        "3555127",
        "٠٣ ٥٥٥ ١٢٧",
        "۰۳۵۵۵۱۲۷",
        "+961 3 555 127",
        "00961 3555127",
        " 03/555-127 ",
    ],
)
def test_one_number_is_one_number_however_it_is_typed(typed: str) -> None:
    phone = phones.read(typed, "LB")
    assert (phone.text, phone.e164, phone.tail) == (INTERNATIONAL, "+9613555127", "3555127")
    assert phones.is_same(phone, phones.read(INTERNATIONAL, None))


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 6 12 34 56 78", "LB", "+33612345678"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("12", "LB", None),
        ("Rima", "LB", None),
        ("03 555 127 ext 5", "LB", None),
        ("03555127", None, None),
        ("9" * 40, "LB", None),
        ("", "LB", None),
    ],
)
def test_it_is_read_for_the_country_of_the_restaurant(
    typed: str, country: str | None, e164: str | None
) -> None:
    phone = phones.read(typed, country)
    assert phone.e164 == e164
    assert e164 or phone.text == typed[: phones.LONGEST]
    assert len(phone.text) <= phones.LONGEST


def test_the_same_last_digits_are_not_the_same_number() -> None:
    one, other = phones.read("+961 3 555 127", None), phones.read("+44 20 3355 5127", None)
    assert one.tail == other.tail
    assert not phones.is_same(one, other)


@pytest.mark.parametrize(
    ("zone", "own", "country"),
    [
        ("Asia/Beirut", None, "LB"),
        ("Asia/Beirut", "+33 1 23 45 67 89", "FR"),
        ("Asia/Beirut", "01 555", "LB"),
        ("Europe/Paris", None, "FR"),
        ("America/New_York", None, "US"),
        ("UTC", None, None),
        ("UTC", "+961 1 555 701", "LB"),
        ("Nowhere/Else", None, None),
    ],
)
def test_the_country_is_that_of_the_restaurants_number_or_zone(
    zone: str, own: str | None, country: str | None
) -> None:
    assert phones.country_of(zone, own) == country
