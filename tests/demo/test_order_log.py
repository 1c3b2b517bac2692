"""Reading a log: every bad row is named by its line, and none ends the reading or spoils another."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.simulation import write_log
from ordertrack.demo.replay import csv_rows, log_columns, order_log
from ordertrack.demo.replay.log_columns import UnusableColumns
from ordertrack.demo.replay.logged_order import ITEMS_NOT_LOGGED, Fault, FaultyRow, Reading
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

HEADER = (
    "order,restaurant,placed,confirmed,preparing,ready,delivering,completed,cancelled,reason,fulfilment,items"
)
GOOD = "17,hamra,0,10,20,30,40,50,,,,"


def read(path: Path, mapping: str = "", **options) -> order_log.OrderLog:
    reading = options.pop("reading", None) or Reading()
    return order_log.read(path, log_columns.parse(mapping), reading, **options)


def only_fault(tmp_path: Path, row: str) -> order_log.BadRow:
    """Of a log with a good row, this one, and a good row again."""
    log = read(write_log(tmp_path / "log.csv", HEADER, GOOD, row, "18" + GOOD[2:]))
    assert [order.id for order in log.orders] == ["17", "18"], "the rows around it are read"
    assert log.rows == 3
    [bad] = log.bad_rows
    assert bad.line == 3
    return bad


def test_a_row_tells_of_an_order_with_the_times_that_were_logged(tmp_path: Path) -> None:
    row = "a-1,hamra,5,,,30,,,,,pickup,2 x Fattoush; Ayran ;12× كبة"
    [order] = read(write_log(tmp_path / "log.csv", HEADER, row)).orders
    assert (order.line, order.id, order.restaurant, order.fulfilment) == (
        2,
        "a-1",
        "hamra",
        Fulfilment.PICKUP,
    )
    assert order.times == {OrderStatus.PENDING: 5, OrderStatus.READY: 30}
    assert order.texts == {OrderStatus.PENDING: "5", OrderStatus.READY: "30"}
    assert order.items == (NewItem("Fattoush", 2), NewItem("Ayran", 1), NewItem("كبة", 12))


def test_a_gzipped_log_reads_like_a_plain_one_whatever_its_name(tmp_path: Path) -> None:
    plain = write_log(tmp_path / "log.csv", HEADER, GOOD, "18,hamra,x,,,,,,,,,")
    packed = tmp_path / "packed.csv"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(packed) == read(plain)


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n\r\n{GOOD}\r\n\r\n".encode())
    log = read(path)
    assert [order.line for order in log.orders] == [3]
    assert log.bad_rows == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("99,hamra,0,10,20", "has 5 fields; the first line has 12"),
        (GOOD + ",more", "has 13 fields; the first line has 12"),
        (",hamra,0,10,,,,,,,,", "order is missing"),
        ("99,,0,10,,,,,,,,", "restaurant is missing"),
        ("99,hamra,,10,,,,,,,,", "placed is missing"),
        ("99,hamra,soon,10,,,,,,,,", "placed is neither a number nor an ISO 8601 time: 'soon'"),
        ("99,hamra,nan,10,,,,,,,,", "placed is neither a number nor an ISO 8601 time: 'nan'"),
        ("99,hamra,1e9,10,,,,,,,,", "placed is neither a number nor an ISO 8601 time: '1e9'"),
        (
            "99,hamra,0,2024-05-04T12:00:00Z,,,,,,,,",
            "confirmed is a moment in a log of numbers: '2024-05-04T12",
        ),
        ("99,hamra,2024-05-04T12:00:00Z,,,,,,,,,", "placed is a moment in a log of numbers: '2024-05-04T12"),
        ("99,hamra,0,,,,,,,,by drone,", "fulfilment is not one of delivery, pickup, dine_in: 'by drone'"),
        ("99,hamra,0,,,,5,,,,pickup,", "delivering has a time, but the fulfilment is pickup"),
        ("99,hamra,0,,,30,,,40,,,", "cancelled and ready have a time, but no order was both"),
        ("99,hamra,0,,,,,50,40,,,", "cancelled and completed have a time, but no order was both"),
        ("99,hamra,0,,,,,,,,,0 x Soup", "items has a quantity of 0: '0 x Soup'"),
        ("99,hamra,0,,,,,,,,,3 x ", "items must not be blank"),
        ("99,hamra,0,,,,,,,,," + "a;" * 101, "items has 101 dishes; 100 are the most"),
        ("9\x079,hamra,0,,,,,,,,,", "order must not contain control characters (U+0007)"),
        ("9\u202e9,hamra,0,,,,,,,,,", "order must not contain direction marks (U+202E)"),
        ("9" * 101 + ",hamra,0,,,,,,,,,", "order must have 100 characters at most, not 101"),
        ('99,"ham"ra,0,,,,,,,,,', "is not CSV: ',' expected after '\"'"),
        ('99,"hamra,0,,,,,,,,,', "opens a quote that is not closed"),
        ("x" * 140_000 + ",hamra,0,,,,,,,,,", "is not CSV: field larger than field limit (131072)"),
    ],
)
def test_a_malformed_row_is_named_by_line_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    bad = only_fault(tmp_path, row)
    assert bad.fault == Fault.MALFORMED
    assert bad.reason.startswith(reason)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("99,hamra,10,9,,,,,,,,", "confirmed comes before placed"),
        ("99,hamra,0,,,30,20,,,,,", "delivering comes before ready"),
        ("99,hamra,0,10,,,,5,,,,", "completed comes before confirmed"),
        ("99,hamra,0,10,,,,,5,,,", "cancelled comes before confirmed"),
    ],
)
def test_a_row_whose_times_run_backwards_is_out_of_order(tmp_path: Path, row: str, reason: str) -> None:
    bad = only_fault(tmp_path, row)
    assert (bad.fault, bad.reason) == (Fault.OUT_OF_ORDER, reason)


def test_a_second_row_of_an_order_is_a_duplicate_and_names_the_first(tmp_path: Path) -> None:
    bad = only_fault(tmp_path, "17,jounieh,1,2,,,,,,,,")
    assert (bad.fault, bad.reason) == (Fault.DUPLICATE, "order 17 stands on line 2 already")


def test_an_order_whose_first_row_was_bad_may_come_again(tmp_path: Path) -> None:
    log = read(write_log(tmp_path / "log.csv", HEADER, "17,hamra,oops,,,,,,,,,", GOOD))
    assert [order.line for order in log.orders] == [3]
    assert log.faults == {Fault.MALFORMED: 1}


def test_a_bad_first_row_does_not_decide_how_times_are_written(tmp_path: Path) -> None:
    moments = "2024-05-04T12:00:00Z,2024-05-04T12:10:00Z"
    log = read(write_log(tmp_path / "log.csv", HEADER, "1,hamra,5,4,,,,,,,,", f"2,hamra,{moments},,,,,,,,"))
    assert [order.id for order in log.orders] == ["2"]


def test_an_open_quote_costs_one_row_and_a_closed_one_may_span_lines(tmp_path: Path) -> None:
    rows = [f"{number},hamra,0,,,,,,,,," for number in range(100, 160)]
    rows[3] = '103,"hamra,0,,,,,,,,,'
    rows[40] = '140,hamra,0,,,,,,1,"gone,\nwithout a word",,'
    log = read(write_log(tmp_path / "log.csv", HEADER, *rows))
    assert [(bad.line, bad.fault) for bad in log.bad_rows] == [(5, Fault.MALFORMED), (42, Fault.MALFORMED)]
    assert log.bad_rows[1].reason.startswith("reason must not contain control characters")
    assert log.orders[-1].line == 62, "lines are the file's, whatever spans two"


def test_two_stray_quotes_far_apart_do_not_swallow_what_is_between(tmp_path: Path) -> None:
    rows = [f"{number},hamra,0,,,,,,,,," for number in range(100, 160)]
    rows[3], rows[50] = '103,"hamra,0,,,,,,,,,', '150,hamra",0,,,,,,,,,'
    log = read(write_log(tmp_path / "log.csv", HEADER, *rows))
    assert [bad.line for bad in log.bad_rows] == [5]
    assert len(log.orders) == 59


def test_bytes_that_are_not_utf_8_spoil_their_own_row(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(f"{HEADER}\n{GOOD}\n99,caf\xe9,0,,,,,,,,,\n18{GOOD[2:]}\n".encode("latin-1"))
    log = read(path)
    assert len(log.orders) == 2
    assert log.bad_rows == [order_log.BadRow(3, Fault.MALFORMED, "restaurant is not in UTF-8")]


def test_a_gzip_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    rows = [f"{number},hamra,{number * 7919 % 5000},,,,,,,,," for number in range(5000)]
    whole = write_log(tmp_path / "log.csv", HEADER, *rows).read_bytes()
    packed = gzip.compress(whole)
    path = tmp_path / "log.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    log = read(path)
    assert 500 < len(log.orders) < 4500
    assert "damaged from here on" in log.bad_rows[-1].reason
    assert log.bad_rows[-1].line >= log.orders[-1].line


def test_moments_without_an_offset_are_in_the_zone_that_was_named(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.csv", HEADER, "1,hamra,2024-07-01T15:00,2024-07-01T12:30:00Z,,,,,,,,")
    assert read(path).faults == {Fault.OUT_OF_ORDER: 1}
    [order] = read(path, reading=Reading(zone_of=lambda *_: ZoneInfo("Asia/Beirut"))).orders
    assert order.times[OrderStatus.CONFIRMED] - order.times[OrderStatus.PENDING] == 1800


def test_another_logs_columns_are_mapped_joined_and_left_out(tmp_path: Path) -> None:
    path = write_log(
        tmp_path / "log.csv", "day,no,shop,start,ready,gone", "3,o7,r1,4,zzz,11", "3,,r1,5,zzz,12"
    )
    mapping = "order=day+no, restaurant=shop, placed=start, ready=, completed=gone"
    log = read(path, mapping, reading=Reading(unit_seconds=60))
    [order] = log.orders
    assert (order.id, order.restaurant) == ("3-o7", "r1")
    assert order.times == {OrderStatus.PENDING: 240, OrderStatus.COMPLETED: 660}
    assert order.items == ITEMS_NOT_LOGGED
    assert log.bad_rows[0].reason == "order is missing", "half an id is none"


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("placed", "'placed' does not say which column means what"),
        ("eaten=placed", "'eaten=placed' does not say which column means what"),
        ("placed=a,placed=b", "placed is mapped twice"),
        ("placed=a+b", "placed is a time: one column means it, not 2"),
        ("order=id", "The log has no column 'id'. It has: order, restaurant, placed"),
        ("placed=", "The log has no column 'placed'. Say which one means it: --columns placed=..."),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_to_change(tmp_path: Path, mapping: str, says: str) -> None:
    path = write_log(tmp_path / "log.csv", "order,restaurant,placed", "1,hamra,0")
    with pytest.raises(UnusableColumns) as raised:
        read(path, mapping)
    assert says in str(raised.value)


def test_an_empty_file_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(UnusableColumns):
        read(write_log(tmp_path / "log.csv", ""))


def test_a_limit_counts_good_rows_and_ends_the_reading(tmp_path: Path) -> None:
    rows = ["1,hamra,x,,,,,,,,,", *(f"{number},hamra,0,,,,,,,,," for number in range(2, 9))]
    log = read(write_log(tmp_path / "log.csv", HEADER, *rows), limit=2)
    assert [order.id for order in log.orders] == ["2", "3"]
    assert len(log.bad_rows) == 1


STAGES = ["placed", "confirmed", "preparing", "ready", "delivering", "completed"]


@given(
    st.dictionaries(st.sampled_from(STAGES[1:]), st.integers(-(10**6), 10**6)), st.integers(-(10**6), 10**6)
)
def test_a_row_is_out_of_order_exactly_if_a_stage_comes_before_an_earlier_one(
    later: dict[str, int], placed: int
) -> None:
    cells = {name: str(at) for name, at in {**later, "placed": placed}.items()}
    told = [int(cells[name]) for name in STAGES if name in cells]
    if told == sorted(told):
        assert list(Reading().order(2, {"order": "1", **cells}).times.values()) == told
    else:
        with pytest.raises(FaultyRow) as raised:
            Reading().order(2, {"order": "1", **cells})
        assert raised.value.fault == Fault.OUT_OF_ORDER


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_no_text_whatever_breaks_the_reading_or_loses_a_line(text: str) -> None:
    lines = io.StringIO(text, newline="")
    rows = list(csv_rows.rows(lines))
    numbers = [line for line, _ in rows]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= len(text.splitlines()) + 1 for number in numbers)
