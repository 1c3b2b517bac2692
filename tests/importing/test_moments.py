"""Times as people and programs write them: each is read as what it says, and nothing is added to it."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importing.logs import read
from ordertrack.importing import moments
from ordertrack.importing.moments import Ambiguous, DateOrder, Number, Unreadable
from ordertrack.rules.state_machine import OrderStatus


def at(*parts: int, zone: dt.tzinfo | None = None) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=zone)  # type: ignore[arg-type, misc]


BERLIN = dt.timezone(dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2025-03-02T12:00:00Z", at(2025, 3, 2, 12, zone=dt.UTC)),
        ("2025-03-02 12:00:05.25+01:00", at(2025, 3, 2, 12, 0, 5, 250_000, zone=BERLIN)),
        ("2025-03-02 12:00:00 +0100", at(2025, 3, 2, 12, zone=BERLIN)),
        ("2025-03-02 12:00 UTC", at(2025, 3, 2, 12, zone=dt.UTC)),
        ("20250302T1200Z", at(2025, 3, 2, 12, zone=dt.UTC)),
        ("20250302120000", at(2025, 3, 2, 12)),
        ("2025/03/02 12:00", at(2025, 3, 2, 12)),
        ("2025.3.2 9:05", at(2025, 3, 2, 9, 5)),
        ("2025-03-02 24:15", at(2025, 3, 3, 0, 15)),
        ("25/03/2025 20:25", at(2025, 3, 25, 20, 25)),
        ("3/25/25 8:25 PM", at(2025, 3, 25, 20, 25)),
        ("3/3/2025 12:10 a.m.", at(2025, 3, 3, 0, 10)),
        ("11:38 PM, September 10 2024", at(2024, 9, 10, 23, 38)),
        ("10-Sep-24 8 PM", at(2024, 9, 10, 20)),
        ("Mon Mar 02 2026 12:00:00 GMT+0100 (CET)", at(2026, 3, 2, 12, zone=BERLIN)),
        ("Mon, 02 Mar 2026 12:00:00 +0000", at(2026, 3, 2, 12, zone=dt.UTC)),
        ("2 mars 2026 à 20h25", at(2026, 3, 2, 20, 25)),
        ("lundi 1er décembre 2025 08:00", at(2025, 12, 1, 8)),
        ("٢٠٢٦/٠٣/٠٢ ٠٨:٢٥ م", at(2026, 3, 2, 20, 25)),
        ("٢ آذار ٢٠٢٦ ٨:٢٥ ص", at(2026, 3, 2, 8, 25)),
        ("2 كانون الثاني 2026 08:25", at(2026, 1, 2, 8, 25)),
        ("2025-03-02 8:25\u202fPM", at(2025, 3, 2, 20, 25)),
        ("13-02-2022", dt.date(2022, 2, 13)),
        ("20250302", dt.date(2025, 3, 2)),
        ("17:15", dt.timedelta(hours=17, minutes=15)),
        ("24:15", dt.timedelta(hours=24, minutes=15)),
        ("8:25 PM", dt.timedelta(hours=20, minutes=25)),
        ("44427.9174", Number(44427.9174, 4)),
        ("44427,9174", Number(44427.9174, 4)),
        ("١٧٧٢٤٥٢٨٠٠", Number(1772452800, 0)),
    ],
)
def test_what_is_written_is_read(text: str, told: object) -> None:
    assert moments.read(text, None) == told


@pytest.mark.parametrize("text", ["03/08/19 20:25", "3-8-2019", "Sun 03/02/2026 8:00 PM", "02.03.2026 12:00"])
def test_what_may_be_day_or_month_first_is_not_chosen(text: str) -> None:
    with pytest.raises(Ambiguous):
        moments.read(text, None)
    assert moments.read(text, DateOrder.DAY_FIRST) != moments.read(text, DateOrder.MONTH_FIRST)


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-02-30", "31/31/2026", "25:61", "13:00 AM", "Order 3", "1.7724528E+12", "99:00", "12:00 Z"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    with pytest.raises(Unreadable):
        moments.read(text, DateOrder.DAY_FIRST)


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
EXCEL_DAY_0 = at(1899, 12, 30)
FORMS = {
    "iso": lambda t: t.isoformat(),
    "iso in UTC": lambda t: t.replace(tzinfo=dt.UTC).isoformat().replace("+00:00", "Z"),
    "with an offset": lambda t: f"{t:%Y-%m-%d %H:%M:%S} +0000",
    "slashes": lambda t: f"{t:%Y/%m/%d %H:%M:%S}",
    "day first": lambda t: f"{t:%d/%m/%Y %H:%M:%S}",
    "dots": lambda t: f"{t:%d.%m.%Y %H:%M:%S}",
    "AM and PM": lambda t: f"{t:%d/%m/%Y %I:%M:%S %p}",
    "named month": lambda t: f"{t:%I:%M:%S %p, %B %d %Y}",
    "Arabic digits": lambda t: f"{t:%Y/%m/%d %H:%M:%S}".translate(ARABIC),
    "compact": lambda t: f"{t:%Y%m%d%H%M%S}",
    "of JavaScript": lambda t: f"{t:%a %b %d %Y %H:%M:%S} GMT+0000 (UTC)",
    "epoch in seconds": lambda t: f"{t.replace(tzinfo=dt.UTC).timestamp():.0f}",
    "epoch in milliseconds": lambda t: f"{t.replace(tzinfo=dt.UTC).timestamp() * 1000:.0f}",
    "epoch in microseconds": lambda t: f"{t.replace(tzinfo=dt.UTC).timestamp() * 1_000_000:.0f}",
    "Excel, six decimals": lambda t: f"{(t - EXCEL_DAY_0).total_seconds() / 86400:.6f}",
    "Excel, twelve decimals": lambda t: f"{(t - EXCEL_DAY_0).total_seconds() / 86400:.12f}",
}
INSTANTS = st.datetimes(at(1991, 1, 1), at(2026, 11, 1)).map(lambda moment: moment.replace(microsecond=0))
LATER = at(2020, 2, 25, 6)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)  # each writes and reads a file
@given(moment=INSTANTS)
def test_any_moment_in_any_form_is_read_back(form: str, moment: dt.datetime) -> None:
    # A second row, so that a midnight written by Excel is told from other numbers.
    rows = [f'{number},r,"{FORMS[form](each)}"' for number, each in enumerate([moment, LATER])]
    made = read("order,restaurant,placed\n" + "\n".join(rows), dates=DateOrder.DAY_FIRST)
    assert made.bad_rows == []
    assert made.orders[0].times[OrderStatus.PENDING] == moment.replace(tzinfo=dt.UTC).timestamp()


@given(st.text(max_size=40))
def test_no_text_whatever_is_more_than_unreadable(text: str) -> None:
    with contextlib.suppress(Unreadable, Ambiguous):
        moments.read(text, None)
