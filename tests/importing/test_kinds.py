"""Strangers' logs of every kind: each is read for what it says, and what was decided is said."""

from __future__ import annotations

import pytest

from importing.logs import read
from ordertrack.importing import understanding
from ordertrack.importing.choices import Asked
from ordertrack.importing.logged_order import Fault
from ordertrack.importing.moments import DateOrder
from ordertrack.importing.source import UnusableFile
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

PLAIN = "order,restaurant,placed,ready\n7,Zaatar,2025-05-04T18:00:00Z,2025-05-04T18:20:00Z\n"
TOLD = {"pending": "2025-05-04T18:00:00", "ready": "2025-05-04T18:20:00"}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "UTF-8"),
        (PLAIN.replace("\n", "\r\n").encode("utf-8-sig"), "UTF-8"),
        (PLAIN.encode("utf-16"), "UTF-16"),
        (PLAIN.encode("utf-16-be"), "UTF-16"),
        (PLAIN.replace("Zaatar", "مطعم الزعتر").encode("cp1256"), "Windows-1256"),
        (PLAIN.replace("Zaatar", "Café Noël à côté").encode("cp1252"), "Windows-1252"),
        (PLAIN.replace(",", ";").encode(), "UTF-8"),
        (PLAIN.replace(",", "\t").encode(), "UTF-8"),
        (PLAIN.replace(",", "|").encode(), "UTF-8"),
        (("sep=;\r\n" + PLAIN.replace(",", ";")).encode(), "UTF-8"),
        (("SEP=,\n" + PLAIN).encode(), "UTF-8"),
        (PLAIN.replace("Z\n", "Z,\n").encode(), "UTF-8"),
        (PLAIN.replace("\n", ",,\n").encode(), "UTF-8"),
        (PLAIN.replace("order,restaurant,placed", " ORDER ,Restaurant,PLACED").encode(), "UTF-8"),
    ],
)
def test_a_table_is_read_however_it_is_written_down(content: bytes, encoding: str) -> None:
    made = read(content)
    assert made.times() == TOLD
    assert made.found.encoding.label == encoding
    assert made.bad_rows == []


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        ("Orders of May\n", 1),
        ("Zaatar, Hamra\nPrinted on 2025-05-05, by Nour\n\n", 2),
        ("Orders report,,,\nPeriod,2025-05-01,2025-05-31,\n,,,\n", 2),
        ("".join(f"Note {number}\n" for number in range(9)), 9),
        ("", 0),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_stands_above_the_names_of_the_columns_is_skipped_and_counted(
    above: str, skipped: int, separator: str
) -> None:
    rows = "".join(f"{number},Zaatar,2025-05-04T18:00:00Z,2025-05-04T18:20:00Z\n" for number in range(8))
    made = read((above + "order,restaurant,placed,ready\n" + rows).replace(",", separator))
    assert (made.found.skipped, len(made.orders), made.bad_rows) == (skipped, 8, [])
    assert made.times() == TOLD
    mapped = read(above + "Nr,Ort,An,Ab\n" + rows, "order=Nr,restaurant=Ort,placed=An,ready=Ab")
    assert (mapped.found.skipped, len(mapped.orders)) == (skipped, 8)


def test_names_that_nobody_knows_below_a_title_are_those_of_the_wider_row() -> None:
    made = read("Bestellungen\nNr,Ort,An\n1,Zaatar,2025-05-04T18:00:00Z\n2,Zaatar,2025-05-04T18:01:00Z\n")
    assert (made.found.skipped, made.found.columns.names) == (1, ["Nr", "Ort", "An"])


def test_columns_without_a_name_at_the_end_may_be_filled_or_missing() -> None:
    made = read("order,restaurant,placed,,\n1,r,2025-05-04T18:00Z,x,\n2,r,2025-05-04T18:00Z\n3,r\n")
    assert [order.id for order in made.orders] == ["1", "2"]
    assert made.reasons == ["has 2 fields; the first line has 3"]


def test_a_log_beyond_the_bound_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "MOST_ROWS", 2)
    rows = "".join(f"{number},r,2025-05-04T18:00Z\n" for number in range(3))
    with pytest.raises(UnusableFile, match="more than 2 rows: split it by months"):
        read("order,restaurant,placed\n" + rows)


def test_names_beyond_ascii_come_out_as_they_were_written() -> None:
    for name, codec in (("مطعم الزعتر", "cp1256"), ("Café Noël", "cp1252"), ("مطعم", "utf-16")):
        assert read(PLAIN.replace("Zaatar", name).encode(codec)).orders[0].restaurant == name


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"%PDF-1.7", bytes(range(256)) * 20])
def test_a_file_that_is_no_table_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(UnusableFile) as raised:
        read(content)
    assert "CSV" in str(raised.value)


@pytest.mark.parametrize(
    "header",
    [
        "Order ID,Store Name,Created At,Ready Time",
        "order_number,branch,ordered-at,food_ready",
        "N° de commande,Succursale,Commandée le,Prête à",
        "رقم الطلب,الفرع,وقت الطلب,وقت الجاهزية",
    ],
)
def test_columns_are_known_by_their_names_in_three_languages(header: str) -> None:
    made = read(PLAIN.replace("order,restaurant,placed,ready", header))
    assert made.times() == TOLD
    assert made.questions == []


def test_columns_without_a_known_name_are_told_by_what_stands_in_them() -> None:
    made = read("a,outlet,b,c\nq1,r,2025-05-04 18:00,Take-away\nq2,r,2025-05-04 18:05,Dine in\n")
    assert {role: made.found.columns.how[role] for role in ("order", "placed", "fulfilment")} == {
        "order": "content",
        "placed": "content",
        "fulfilment": "content",
    }
    assert [order.fulfilment for order in made.orders] == [Fulfilment.PICKUP, Fulfilment.DINE_IN]


def test_what_no_column_tells_is_asked() -> None:
    made = read("a,b\n1,x\n1,x\n")
    assert [question.asked for question in made.questions] == [Asked.ORDER, Asked.PLACED, Asked.RESTAURANT]


def test_a_header_that_stands_there_twice_is_said_and_the_second_can_be_named() -> None:
    content = "order,restaurant,placed,placed\n1,r,2025-05-04T18:00:00Z,2025-05-04T19:00:00Z\n"
    assert "more than once" in read(content).found.columns.notes[0]
    assert read(content, "placed=placed (2)").times() == {"pending": "2025-05-04T19:00:00"}


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ("04/05/25 20:25", None),
        ("04/05/25 20:25|13/05/25 20:25", "2025-05-04T20:25:00"),
        ("04/05/25 20:25|05/13/25 20:25", "2025-04-05T20:25:00"),
        ("04/05/25 20:25|05/13/25 20:25|13/05/25 20:25", None),
    ],
)
def test_day_first_or_month_first_is_told_by_the_data_or_asked(dates: str, told: str | None) -> None:
    rows = "".join(f"{number},r,{each}\n" for number, each in enumerate(dates.split("|")))
    made = read("order,restaurant,placed\n" + rows)
    if told is None:
        assert [question.asked for question in made.questions] == [Asked.DATES]
    else:
        assert made.times() == {"pending": told}
    assert read("order,restaurant,placed\n" + rows, dates=DateOrder.MONTH_FIRST).questions == []


def test_a_day_and_a_time_in_two_columns_go_over_midnight() -> None:
    content = "order,restaurant,Day,In,Out\n1,r,13-02-2022,17:15,17:30\n2,r,13-02-2022,23:55,00:10\n"
    made = read(content, "placed=Day+In,delivering=Day+Out")
    assert made.times(0) == {"pending": "2022-02-13T17:15:00", "delivering": "2022-02-13T17:30:00"}
    assert made.times(1) == {"pending": "2022-02-13T23:55:00", "delivering": "2022-02-14T00:10:00"}
    assert made.counts["over midnight"] == 1
    by_date = read(content, "date=Day,placed=In,delivering=Out")
    assert [by_date.times(0), by_date.times(1)] == [made.times(0), made.times(1)]


def test_a_time_of_day_a_little_early_is_out_of_order_and_not_of_the_next_day() -> None:
    made = read("order,restaurant,placed,ready\n1,r,2025-05-04 18:00,17:59\n")
    assert made.reasons == ["ready comes before placed"]


def test_hours_from_24_on_are_of_the_next_day() -> None:
    made = read("order,restaurant,placed,ready\n1,r,2025-05-04 23:50,24:15\n")
    assert made.times()["ready"] == "2025-05-05T00:15:00"


def test_a_time_without_a_day_is_not_given_one() -> None:
    made = read("order,restaurant,placed\n1,r,12:30\n")
    assert (made.orders, made.reasons) == ([], ["placed is a time without a day"])


def test_durations_count_from_placing_and_their_unit_is_told_or_asked() -> None:
    content = "order,restaurant,placed,made in (minutes)\n1,r,2025-05-04 18:00:00,18.5\n"
    assert read(content, "ready=made in (minutes)").times()["ready"] == "2025-05-04T18:18:30"
    unsaid = content.replace(" (minutes)", "")
    assert [question.asked for question in read(unsaid, "ready=made in").questions] == [Asked.UNIT]
    assert read(unsaid, "ready=made in", unit_seconds=60.0).times()["ready"] == "2025-05-04T18:18:30"
    chained = "order,restaurant,placed,kitchen min,road min\n1,r,2025-05-04 18:00:00,20,10\n"
    made = read(chained, "ready=kitchen min,completed=ready+road min")
    assert made.times()["completed"] == "2025-05-04T18:30:00"


def test_a_duration_by_its_name_is_no_time_of_day() -> None:
    content = "order,restaurant,placed,kitchen duration\n1,r,2025-05-04 23:50:00,00:18:21\n"
    assert read(content, "ready=kitchen duration").times()["ready"] == "2025-05-05T00:08:21"


def test_excels_days_and_parts_of_a_day_stand_in_two_columns() -> None:
    content = (
        "order,restaurant,Order Date,Order Time,Ready Time\n1,r,45781,0.75,0.7638889\n2,r,45781,0.5,0.6\n"
    )
    told = {"pending": "2025-05-04T18:00:00", "ready": "2025-05-04T18:20:00"}
    assert read(content).times() == told
    assert read(content, "placed=Order Date+Order Time,ready=Order Date+Ready Time").times() == told


@pytest.mark.parametrize(
    ("placed", "completed"),
    [
        ("1746381600", "1746382800"),
        ("1746381600000", "1746382800000"),
        ("1746381600.5", "1746382800"),
        ("45781.75", "45781.763888888891"),
        ("45781.7500", "45781.7639"),
    ],
)
def test_numbers_are_told_by_their_size(placed: str, completed: str) -> None:
    made = read(f"order,restaurant,placed,completed\n1,r,{placed},{completed}\n2,r,{placed},0\n")
    assert made.times()["pending"].startswith("2025-05-04T18:00:00")
    assert made.times()["completed"][:16] in ("2025-05-04T18:20", "2025-05-04T18:19")
    assert "completed" not in made.times(1), "0 is no time"


def test_numbers_from_anywhere_are_asked_for_their_day() -> None:
    made = read("order,restaurant,placed,ready\n1,r,36000,36600\n2,r,50,70\n", unit_seconds=1.0)
    assert [question.asked for question in made.questions] == [Asked.FIRST_DAY]


@pytest.mark.parametrize(
    "empty", ["NaN", "null", "-", "N/A", "None", "NaT", "0000-00-00 00:00:00", "#N/A", "—"]
)
def test_what_says_that_nothing_is_there_is_empty(empty: str) -> None:
    made = read(f"order,restaurant,placed,ready\n1,r,2025-05-04T18:00:00Z,{empty}\n")
    assert made.times() == {"pending": "2025-05-04T18:00:00"}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Cancelled by guest", "cancelled"),
        ("Order cancelled", "cancelled"),
        ("Annulée", "cancelled"),
        ("ملغي", "cancelled"),
        ("LIVRÉE", "completed"),
    ],
)
def test_a_status_says_how_it_ended_without_its_time(word: str, status: str) -> None:
    [order] = read(f"order,restaurant,placed,order_status\n1,r,2025-05-04T18:00:00Z,{word}\n").orders
    assert order.status == status
    assert list(order.times) == [OrderStatus.PENDING]


def test_a_column_of_yes_and_no_says_who_was_cancelled() -> None:
    made = read("order,restaurant,placed,cancelled\n1,r,2025-05-04T18:00Z,Yes\n2,r,2025-05-04T18:01Z,no\n")
    assert [order.is_cancelled for order in made.orders] == [True, False]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *((word, Fulfilment.DELIVERY) for word in ("DELIVERY", "Livraison", "à domicile", "توصيل", "دليفري")),
        *(
            (word, Fulfilment.PICKUP)
            for word in ("Pick-up", "takeaway", "TO GO", "À emporter", "استلام", "سفري")
        ),
        *((word, Fulfilment.DINE_IN) for word in ("Dine In", "eat-in", "Sur place", "صالة", "محلي")),
    ],
)
def test_words_for_how_it_reaches_the_guest_are_known(word: str, meant: Fulfilment) -> None:
    [order] = read(f"order,restaurant,placed,type\n1,r,2025-05-04T18:00:00Z,{word}\n").orders
    assert order.fulfilment == meant


def test_several_rows_of_an_order_are_one_order_with_all_its_dishes() -> None:
    lines = [
        "9,r,2025-05-04 18:00,Rice,2",
        "9,r,2025-05-04 18:00,Lamb, spicy,1",
        "9,r,2025-05-04 18:00,Rice,2",
    ]
    lines[1] = '9,r,2025-05-04 18:00,"Lamb, spicy",1'
    made = read("order,restaurant,placed,item,qty\n" + "\n".join(lines))
    assert [order.items for order in made.orders] == [
        (NewItem("Rice", 2), NewItem("Lamb, spicy", 1), NewItem("Rice", 2))
    ]


def test_several_dishes_in_a_cell_are_told_apart() -> None:
    head = "order,restaurant,placed,items\n1,r,2025-05-04T18:00:00Z,"
    for cell in ('"Soup x2, Tea"', '"2 x Soup; Tea"', '"2x Soup|Tea"', '"Soup (x2), Tea"'):
        assert read(head + cell).orders[0].items == (NewItem("Soup", 2), NewItem("Tea", 1)), cell


def test_a_row_an_event_is_one_order_with_all_its_times() -> None:
    rows = [
        ("1", "ready", "18:20"),
        ("1", "placed", "18:00"),
        ("2", "pending", "18:05"),
        ("1", "oops", "18:30"),
    ]
    made = read(
        "order,restaurant,status,timestamp\n"
        + "".join(f"{number},r,{status},2025-05-04T{at}:00Z\n" for number, status, at in rows)
    )
    assert made.times(0) == TOLD
    assert [order.id for order in made.orders] == ["1", "2"]
    assert "status is not a word that is known" in made.reasons[0]


def test_numbers_that_begin_anew_each_day_are_different_orders() -> None:
    made = read("order,restaurant,placed\n1,r,2025-05-04T18:00:00Z\n1,r,2025-05-05T18:00:00Z\n")
    assert [order.day.isoformat() for order in made.orders if order.day] == ["2025-05-04", "2025-05-05"]
    assert made.counts["numbers again"] == 1


def test_local_times_are_of_their_restaurant_and_utc_in_a_name_is_heeded() -> None:
    content = "order,restaurant,placed\n1,nyc,2025-03-02 19:00\n2,bey,2025-03-02 19:00\n"
    made = read(content, zone={"nyc": "America/New_York", "bey": "Asia/Beirut"})
    assert [made.times(0), made.times(1)] == [
        {"pending": "2025-03-03T00:00:00"},
        {"pending": "2025-03-02T17:00:00"},
    ]
    said = read(content.replace("placed", "placed (UTC)"), zone="Asia/Beirut")
    assert said.times() == {"pending": "2025-03-02T19:00:00"}


def test_a_column_of_zones_goes_before_the_restaurants() -> None:
    content = (
        "order,restaurant,placed,timezone\n1,r,2025-03-02 19:00,America/New_York\n2,r,2025-03-02 19:00,Mars\n"
    )
    made = read(content)
    assert made.times() == {"pending": "2025-03-03T00:00:00"}
    assert made.reasons == ["timezone is no time zone: 'Mars'"]


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        ("2025-10-25 23:50,2025-10-25 23:10", 20),  # into the hour that comes again
        ("2025-10-25 23:10,2025-10-25 23:40", 30),
        ("2025-03-29 23:50,2025-03-30 01:10", 20),  # over the hour that is missing
        ("2025-03-30 00:30,2025-03-30 01:50", 20),  # in it
    ],
)
def test_where_the_clock_is_changed_no_stage_is_negative_and_it_is_counted(times: str, minutes: int) -> None:
    made = read(f"order,restaurant,placed,ready\n1,b,{times}\n", zone="Asia/Beirut")
    [order] = made.orders
    assert order.times[OrderStatus.READY] - order.times[OrderStatus.PENDING] == minutes * 60
    assert made.counts["doubled"] == ("23:50,2025-03-30" not in times)


def test_the_future_and_a_second_backwards_cost_their_row_only() -> None:
    made = read(
        "order,restaurant,placed,confirmed\n1,r,2031-01-01T00:00:00Z,\n"
        "2,r,2025-05-04T18:00:00Z,2025-05-04T17:59:59Z\n3,r,2025-05-04T18:00:00Z,\n"
    )
    assert [(row.line, row.fault) for row in made.bad_rows] == [(2, Fault.FUTURE), (3, Fault.OUT_OF_ORDER)]
    assert [order.id for order in made.orders] == ["3"]


def test_called_off_while_cooking_or_on_the_road_is_read() -> None:
    made = read(
        "order,restaurant,placed,preparing,ready,delivering,cancelled\n"
        "1,r,2025-05-04T18:00:00Z,2025-05-04T18:02:00Z,,,2025-05-04T18:05:00Z\n"
        "2,r,2025-05-04T18:00:00Z,,2025-05-04T18:12:00Z,2025-05-04T18:15:00Z,2025-05-04T18:40:00Z\n"
    )
    assert made.bad_rows == []
    assert [order.is_cancelled for order in made.orders] == [True, True]
