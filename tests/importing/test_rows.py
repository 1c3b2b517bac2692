"""Reading a log: every bad row is named by its line, and none ends the reading or spoils another."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importing.logs import Read, read, read_file, read_numbers
from ordertrack.importing import csv_rows, items
from ordertrack.importing.logged_order import BadRow, Fault
from ordertrack.importing.roles import UnusableColumns
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

HEADER = (
    "order,restaurant,placed,confirmed,preparing,ready,delivering,completed,cancelled,reason,fulfilment,items"
)
GOOD = "17,hamra,0,10,20,30,40,50,,,,"


def log(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def only_fault(row: str) -> BadRow:
    """Of a log with a good row, this one, and a good row again."""
    made = read_numbers(log(GOOD, row, "18" + GOOD[2:]))
    assert [order.id for order in made.orders] == ["17", "18"], "the rows around it are read"
    assert made.found.rows == 3
    [bad] = made.bad_rows
    assert bad.line == 3
    return bad


def test_a_row_tells_of_an_order_with_the_times_that_were_logged() -> None:
    row = "a-1,hamra,5,,,30,,,,,pickup,2 x Fattoush; Ayran ;12× كبة"
    [order] = read_numbers(log(row)).orders
    assert (order.line, order.id, order.restaurant, order.fulfilment) == (
        2,
        "a-1",
        "hamra",
        Fulfilment.PICKUP,
    )
    assert order.times == {OrderStatus.PENDING: 5, OrderStatus.READY: 30}
    assert order.texts == {OrderStatus.PENDING: "5", OrderStatus.READY: "30"}
    assert order.items == (NewItem("Fattoush", 2), NewItem("Ayran", 1), NewItem("كبة", 12))


def test_a_gzipped_log_reads_like_a_plain_one_whatever_its_name() -> None:
    plain = log(GOOD, "18,hamra,x,,,,,,,,,")
    packed = read(gzip.compress(plain.encode()), earliest=-1.0)
    assert packed.orders == read(plain, earliest=-1.0).orders != []


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_are_no_trouble() -> None:
    made = read(b"\xef\xbb\xbf" + f"{HEADER}\r\n\r\n{GOOD}\r\n,,,,,,,,,,,\r\n\r\n".encode())
    assert [order.line for order in made.orders] == [3]
    assert made.bad_rows == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("99,hamra,0,10,20", "has 5 fields; the first line has 12"),
        (GOOD + ",more", "has 13 fields; the first line has 12"),
        (",hamra,0,10,,,,,,,,", "order is missing"),
        ("99,,0,10,,,,,,,,", "restaurant is missing"),
        ("99,hamra,,10,,,,,,,,", "placed is missing"),
        ("99,hamra,soon,10,,,,,,,,", "placed is no time: 'soon'"),
        ("99,hamra,1e9,10,,,,,,,,", "placed is no time: '1e9' is rounded"),
        ("99,hamra,12:30,10,,,,,,,,", "placed is a time without a day"),
        ("99,hamra,2024-05-04,10,,,,,,,,", "placed is a day without a time: '2024-05-04'"),
        ("99,hamra,0,,,,,,,,by drone,", "fulfilment is not a word that is known: 'by drone'"),
        ("99,hamra,0,,,,5,,,,pickup,", "delivering has a time, but the fulfilment is pickup"),
        ("99,hamra,0,,,,,50,40,,,", "cancelled and completed have a time, but no order was both"),
        ("99,hamra,0,,,,,,,,,0 x Soup", "items has a quantity of 0: '0 x Soup'"),
        ("99,hamra,0,,,,,,,,,3 x ;", "items must not be blank"),
        ("99,hamra,0,,,,,,,,," + "a;" * 101, "items has 101 dishes; 100 are the most"),
        ("9\x079,hamra,0,,,,,,,,,", "order must not contain control characters (U+0007)"),
        ("9\u202e9,hamra,0,,,,,,,,,", "order must not contain direction marks (U+202E)"),
        ("9" * 101 + ",hamra,0,,,,,,,,,", "order must have 100 characters at most, not 101"),
        ('99,"ham"ra,0,,,,,,,,,', "is not CSV: ',' expected after '\"'"),
        ('99,"hamra,0,,,,,,,,,', "opens a quote that is not closed"),
        ("x" * 140_000 + ",hamra,0,,,,,,,,,", "is not CSV: field larger than field limit (131072)"),
    ],
)
def test_a_malformed_row_is_named_by_line_and_reason(row: str, reason: str) -> None:
    bad = only_fault(row)
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
def test_a_row_whose_times_run_backwards_is_out_of_order(row: str, reason: str) -> None:
    bad = only_fault(row)
    assert (bad.fault, bad.reason) == (Fault.OUT_OF_ORDER, reason)


def test_a_second_row_of_an_order_is_a_duplicate_and_names_the_first() -> None:
    bad = only_fault("17,hamra,1,2,,,,,,,,")
    assert (bad.fault, bad.reason) == (Fault.DUPLICATE, "order 17 stands on line 2 already")


def test_the_same_number_in_another_restaurant_is_another_order() -> None:
    made = read_numbers(log(GOOD, "17,jounieh,1,2,,,,,,,,"))
    assert [order.restaurant for order in made.orders] == ["hamra", "jounieh"]


def test_an_order_whose_first_row_was_bad_may_come_again() -> None:
    made = read_numbers(log("17,hamra,oops,,,,,,,,,", GOOD))
    assert [order.line for order in made.orders] == [3]
    assert [row.line for row in made.bad_rows] == [2]


def test_an_open_quote_costs_one_row_and_a_closed_one_may_span_lines() -> None:
    rows = [f"{number},hamra,0,,,,,,,,," for number in range(100, 160)]
    rows[3] = '103,"hamra,0,,,,,,,,,'
    rows[40] = '140,hamra,0,,,,,,1,"gone,\nwithout a word",,'
    made = read_numbers(log(*rows))
    assert [(bad.line, bad.fault) for bad in made.bad_rows] == [(5, Fault.MALFORMED), (42, Fault.MALFORMED)]
    assert made.bad_rows[1].reason.startswith("reason must not contain control characters")
    assert made.orders[-1].line == 62, "lines are the file's, whatever spans two"


def test_two_stray_quotes_far_apart_do_not_swallow_what_is_between() -> None:
    rows = [f"{number},hamra,0,,,,,,,,," for number in range(100, 160)]
    rows[3], rows[50] = '103,"hamra,0,,,,,,,,,', '150,hamra",0,,,,,,,,,'
    made = read_numbers(log(*rows))
    assert [bad.line for bad in made.bad_rows] == [5]
    assert len(made.orders) == 59


def test_a_byte_that_is_broken_in_utf_8_spoils_its_own_row() -> None:
    content = log("1,café,0,,,,,,,,,", "2,crème,0,,,,,,,,,").encode() + b"99,caf\xe9,0,,,,,,,,,\n"
    made = read(content, earliest=-1.0)
    assert [order.restaurant for order in made.orders] == ["café", "crème"]
    assert made.reasons == ["restaurant has bytes that are not in the file's encoding"]


def test_a_gzip_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    rows = [f"{number},hamra,{number * 7919 % 5000},,,,,,,,," for number in range(5000)]
    packed = gzip.compress(log(*rows).encode())
    path = tmp_path / "log.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    made = read_file(path, earliest=-1.0)
    assert 500 < len(made.orders) < 4500
    assert "damaged from here on" in made.bad_rows[-1].reason
    assert made.bad_rows[-1].line >= made.orders[-1].line


def test_another_logs_columns_are_mapped_joined_and_left_out() -> None:
    content = log("3,o7,r1,4,zzz,11", "3,,r1,5,zzz,12", header="day,no,shop,start,ready,gone")
    mapping = "order=day+no, restaurant=shop, placed=start, ready=, completed=gone"
    made = read_numbers(content, mapping, unit_seconds=60)
    [order] = made.orders
    assert (order.id, order.restaurant) == ("3-o7", "r1")
    assert order.times == {OrderStatus.PENDING: 240, OrderStatus.COMPLETED: 660}
    assert order.items == items.NOT_LOGGED
    assert made.reasons == ["order is missing"], "half an id is none"


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("placed", "'placed' does not say which column means what"),
        ("eaten=placed", "'eaten=placed' does not say which column means what"),
        ("placed=a,placed=b", "placed is mapped twice"),
        ("placed=a+b+c", "placed is a time: one column means it"),
        ("order=id", "The file has no column 'id'. It has: order, restaurant, placed"),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_to_change(mapping: str, says: str) -> None:
    with pytest.raises(UnusableColumns) as raised:
        read("order,restaurant,placed\n1,hamra,0\n", mapping)
    assert says in str(raised.value)


def test_an_empty_file_is_no_log() -> None:
    with pytest.raises(UnusableColumns):
        read("\n")


def test_a_limit_counts_good_orders_and_ends_the_reading() -> None:
    rows = ["1,hamra,x,,,,,,,,,", *(f"{number},hamra,0,,,,,,,,," for number in range(2, 9))]
    made = read(log(*rows), limit=2, earliest=-1.0)
    assert [order.id for order in made.orders] == ["2", "3"]
    assert len(made.bad_rows) == 1


STAGES = ["placed", "confirmed", "preparing", "ready", "delivering", "completed"]


@settings(max_examples=40, deadline=None)  # each writes and reads a file
@given(st.lists(st.dictionaries(st.sampled_from(STAGES[1:]), st.integers(-(10**6), 10**6)), max_size=30))
def test_a_row_is_out_of_order_exactly_if_a_stage_comes_before_an_earlier_one(
    stories: list[dict[str, int]],
) -> None:
    def row(number: int, story: dict[str, int]) -> str:
        return ",".join([str(number), "r", *(str(story.get(name, "")) for name in STAGES)])

    told = [{"placed": 5, **story} for story in stories]
    header = ",".join(["order", "restaurant", *STAGES])
    made: Read = read_numbers(log(*(row(number, story) for number, story in enumerate(told)), header=header))
    in_order = [
        number
        for number, story in enumerate(told)
        if (times := [story[name] for name in STAGES if name in story]) == sorted(times)
    ]
    assert [int(order.id) for order in made.orders] == in_order
    assert {bad.fault for bad in made.bad_rows} <= {Fault.OUT_OF_ORDER}


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_no_text_whatever_breaks_the_reading_or_loses_a_line(text: str) -> None:
    lines = io.StringIO(text, newline="")
    rows = list(csv_rows.rows(lines))
    numbers = [line for line, _ in rows]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= len(text.splitlines()) + 1 for number in numbers)
