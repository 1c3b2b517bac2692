"""What guests read: in their language, an estimate called one, and short where it is paid by the part."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ordertrack.i18n.translate import speaking
from ordertrack.messages.kinds import Kind
from ordertrack.messages.sms import segments
from ordertrack.messages.wording import Facts, in_one, worded
from ordertrack.rules.state_machine import Fulfilment

NOW = dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC)
BEIRUT = ZoneInfo("Asia/Beirut")
LINK = "https://orders.example/track/AbC-_0123456789abcdefg"


def said(kind: Kind, language: str, **facts: object) -> str:
    given = {"number": 42, "fulfilment": Fulfilment.DELIVERY, "zone": BEIRUT} | facts
    with speaking(language):
        return in_one("Seven Lemons", worded(kind, Facts(**given), NOW).text)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ar-arab"])
@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_said_in_each_language_with_the_restaurant_and_the_number(
    kind: Kind, language: str
) -> None:
    text = said(kind, language)
    assert text.startswith("Seven Lemons") and ("٤٢" if language == "ar-arab" else "42") in text
    assert "%" not in text and not set(text) & set("\u2066\u2067\u2068\u2069")
    if language.startswith("ar"):
        assert any("\u0621" <= each <= "\u064a" for each in text)
    elif language == "fr":
        assert text != said(kind, "en")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", Kind)
def test_in_languages_with_latin_letters_it_is_one_short_message_with_its_link(
    kind: Kind, language: str
) -> None:
    text = segments.plain(f"{said(kind, language, fulfilment=Fulfilment.PICKUP)} {LINK}")
    counted = segments.count(text)
    assert not counted.is_unicode, [each for each in text if each not in segments._COSTS]
    assert counted.segments == 1


def test_what_is_promised_and_what_is_estimated_are_told_apart_and_say_their_day() -> None:
    soon = NOW + dt.timedelta(minutes=40)
    assert said(Kind.CONFIRMED, "en", promised_at=soon).endswith("It is promised for 18:40.")
    tomorrow = NOW + dt.timedelta(days=1)
    assert "Tue 18:00" in said(Kind.CONFIRMED, "en", promised_at=tomorrow)
    between = (soon, soon + dt.timedelta(minutes=10))
    assert "Our estimate: between 18:40 and 18:50." in said(Kind.CONFIRMED, "en", between=between)
    late = said(Kind.DELAYED, "en", promised_at=soon, is_moved=True, between=between)
    assert "It is now promised for 18:40." in late and "estimate" not in late
    over = NOW - dt.timedelta(minutes=5)
    assert "promised for" not in said(Kind.DELAYED, "en", promised_at=over, is_moved=True)


def test_why_it_was_cancelled_is_told_and_nothing_where_nobody_may_know() -> None:
    closed = "Its kitchen is closed."
    assert said(Kind.CANCELLED, "en", why=closed).endswith(f"was cancelled. {closed}")
    assert said(Kind.CANCELLED, "en").endswith("was cancelled.")


def test_what_is_fetched_is_ready_to_pick_up() -> None:
    assert "pick up" in said(Kind.READY, "en", fulfilment=Fulfilment.PICKUP)
    assert "pick up" not in said(Kind.READY, "en", fulfilment=Fulfilment.DINE_IN)
