"""When a delivery is tried again."""

from __future__ import annotations

import datetime as dt

import pytest

from ordertrack.database.settings_error import SettingsError
from ordertrack.webhooks import tries

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def test_the_waits_are_those_of_the_standard_and_then_it_is_given_up() -> None:
    minute, hour = 60, 3600
    planned = [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour, None]
    assert [tries.before_next(done, {}, NOW) for done in range(1, 9)] == planned
    assert tries.waits()[0] == 0


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(("120", 120), ("0", 0), ("999999999999", 86_400), ("Mon, 30 Nov 2026 12:01:00 GMT", 60)),
        *(("Mon, 30 Nov 2026 11:00:00 GMT", 0), ("soon", None), ("", None), ("-5", None), ("1.5", None)),
        *(("٣", None), ("Mon, 99 Nov 2026 12:01:00 GMT", None)),
    ],
)
def test_what_an_answer_asks_to_wait_is_read_in_either_form(said: str, seconds: float | None) -> None:
    assert tries.retry_after({"retry-after": said}, NOW) == seconds


def test_it_lengthens_a_wait_and_never_shortens_one() -> None:
    assert tries.before_next(1, {"retry-after": "60"}, NOW) == 60
    assert tries.before_next(2, {"retry-after": "60"}, NOW) == 300
    assert tries.before_next(8, {"retry-after": "60"}, NOW) is None


def test_a_setting_shortens_the_waits_and_one_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(tries.WAITS, "0, 0.5 1")
    assert tries.waits() == (0, 0.5, 1)
    for wrong in ("soon", "0 -1", "0 nan", "1e9"):
        monkeypatch.setenv(tries.WAITS, wrong)
        with pytest.raises(SettingsError):
            tries.waits()
