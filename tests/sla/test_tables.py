"""The tables of a report, as people read them and as spreadsheet programs get them."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.i18n import formats
from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.sla.measure.figures import Group, StageFigures
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import AtOneTarget, RestaurantCompared
from ordertrack.sla.report.ranking import worst_stage
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.report.tables.table import TEXT, Column, Row, Table
from ordertrack.sla.report.tables.table_csv import csv_of
from sla.report_of import figures, full_report, report, restaurant, selection, slow_order

DOUBTS = {LeftOut.FORGOTTEN: 3, LeftOut.MASS: 12, LeftOut.EARLY: 9}


def lines_of(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_of(table).decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_line_for_each_row_and_no_cell_too_many(name: str) -> None:
    table = TABLES[name](full_report(selection()))
    head, *lines = lines_of(table)
    assert len(lines) == len(table.rows) > 0
    assert {len(line) for line in lines} == {len(head)}
    assert {len(texts) + 1 for _, _, texts in table.texts()} == {len(table.columns)}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_an_empty_report_can_be_made(name: str) -> None:
    table = TABLES[name](report())
    assert len(lines_of(table)) == len(table.rows) + 1


def test_a_file_has_a_mark_lines_that_end_as_the_standard_says_and_numbers_that_are_numbers() -> None:
    made = report(days=[Group("2026-11-20", "", figures(1200, 845.04, left_out=DOUBTS))])
    made = replace(
        made, stages=[StageFigures(made.selection.stage, figures(1200), figures(0, in_target=None))]
    )
    data = csv_of(TABLES["days"](made))
    assert data.startswith(b"\xef\xbb\xbfBusiness day,Counted,")
    assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n") == 2
    head, line = lines_of(TABLES["days"](made))
    assert dict(zip(head, line, strict=True)) == {
        "Business day": "2026-11-20",
        "Counted": "1200",
        "Mean (s)": "523.9",
        "p50 (s)": "464.8",
        "p90 (s)": "845.0",
        "p95 (s)": "1014.0",
        "In target": "0.0725",
        "had a target": "1200",
        "Left out: forgotten": "3",
        "Left out: mass": "12",
        "Left out: early": "9",
    }


@given(
    st.sampled_from("=+-@\t\r\n"), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
def test_no_text_becomes_a_formula(sign: str, text: str) -> None:
    table = Table("t", "", (Column("Name", TEXT),), [Row((sign + text,))])
    assert lines_of(table)[1] == [f"'{sign}{text}"]


def test_a_restaurant_with_quotes_and_commas_stays_in_its_cell() -> None:
    table = Table("t", "", (Column("Name", TEXT), Column("Too", TEXT)), [Row(('Chez "Léa", Hamra', "مطعم"))])
    assert lines_of(table)[1] == ['Chez "Léa", Hamra', "مطعم"]


def test_what_is_left_out_stands_in_every_table_of_figures_and_is_called_doubtful_once_it_is_in() -> None:
    chosen = selection()
    for name in ("stages", "shifts", "days", "restaurants", "hours"):
        assert "Left out" in [column.title for column in TABLES[name](full_report(chosen)).columns]
        counted_in = TABLES[name](full_report(chosen.but(with_left_out=True)))
        assert "Doubtful, counted in" in [column.title for column in counted_in.columns]
    assert wording.left_out(DOUBTS) == "24: 3 forgotten, 12 mass, 9 early"
    assert wording.left_out_text(DOUBTS) == "24 left out: 3 forgotten, 12 mass, 9 early"


def test_without_a_target_no_share_is_shown() -> None:
    made = report(shifts=[Group("Dinner", "Dinner", figures(10, in_target=None))])
    assert "In target" not in [column.title for column in TABLES["shifts"](made).columns]


def test_the_worst_stage_is_the_one_with_the_least_in_target_and_marked() -> None:
    def stage(name: Stage, in_target: int | None) -> StageFigures:
        return StageFigures(name, figures(100, in_target=in_target), figures(0, in_target=None))

    bad = stage(Stage.COOK, 61)
    stages = [stage(Stage.ACCEPT, 90), bad, stage(Stage.KITCHEN, 80), stage(Stage.ROAD, None)]
    assert worst_stage(report(stages=stages)) is bad
    rows = TABLES["stages"](report(stages=stages)).rows
    assert [row.cells[0] for row in rows if row.mark] == ["Cook"]
    assert worst_stage(report(stages=[stage(Stage.COOK, 100), stage(Stage.ROAD, None)])) is None


def test_restaurants_come_worst_first_and_lead_to_themselves() -> None:
    restaurants = (restaurant("Hamra"), restaurant("Jounieh"), restaurant("Marina"))
    chosen = selection(restaurants=restaurants)
    groups = [
        Group(each.slug, each.name, figures(50, in_target=share))
        for each, share in zip(restaurants, (45, 20, 30), strict=True)
    ]
    made = report(
        chosen,
        restaurants=groups,
        stages=[StageFigures(chosen.stage, figures(), figures(0, in_target=None))],
    )
    table = TABLES["restaurants"](made)
    assert [row.cells[0] for row in table.rows] == ["Jounieh", "Marina", "Hamra"]
    assert "restaurant=jounieh" in str(table.rows[0].link)


def test_each_restaurant_stands_beside_what_it_was_before_and_what_of_that_is_clear() -> None:
    places = [restaurant(name) for name in ("Hamra", "Jounieh", "Verdun", "Mar Mikhael")]
    before = {"Hamra": 900, "Jounieh": 700, "Verdun": 705, "Mar Mikhael": 0}
    groups = [Group(each.slug, each.name, figures(1000, in_target=700)) for each in places]
    compared = {
        each.slug: RestaurantCompared(
            group.figures, figures(1000 if before[each.name] else 0, in_target=before[each.name])
        )
        for each, group in zip(places, groups, strict=True)
    }
    compared["jounieh"] = replace(
        compared["jounieh"], at_today=AtOneTarget(figures(1000, in_target=700), figures(1000, in_target=600))
    )
    stages = [StageFigures(Stage.KITCHEN, figures(4000, in_target=2800), figures(3000, in_target=2305))]
    chosen = selection(restaurants=places)
    made = report(chosen, restaurants=groups, stages=stages, restaurants_compared=compared)
    table = TABLES["restaurants"](made)
    assert {row.cells[0]: row.cells[-1] for row in table.rows} == {
        "Hamra": "20 points worse",
        "Jounieh": "10 points better at today's target",
        "Verdun": "no clear change",
        "Mar Mikhael": "",
    }
    assert [column.title for column in table.columns][-2:] == ["In target before", "Clear change"]
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_the_slowest_orders_say_by_how_much_each_was_late() -> None:
    chosen = selection()
    slow = [slow_order(chosen, random.Random(1), seconds) for seconds in (4000.0, 900.0)]
    table = TABLES["slowest"](report(chosen, slowest=slow))
    assert [column.title for column in table.columns][-1] == "Late by"
    assert [row.cells[-1] for row in table.rows] == [2800.0, None]


def test_hours_go_from_the_start_of_the_business_day_on() -> None:
    chosen = selection()
    table = TABLES["hours"](full_report(chosen))
    hours = [others[0][1] for _row, weekday, others in table.texts() if weekday == "Fri"]
    assert hours == [f"{hour % 24:02}:00" for hour in range(11, 26)]
    assert [line[1] for line in lines_of(table)[1:] if line[0] == "Fri"] == hours


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "–"), (0, "0%"), (0.001, "< 1%"), (0.874, "87%"), (0.9999, "> 99%"), (1, "100%")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, said: str) -> None:
    assert formats.share(share) == said


def test_times_read_as_minutes_and_seconds() -> None:
    assert [wording.time(seconds) for seconds in (None, 0.4, 845.2, 59.7, 4000)] == [
        "–",
        "0 min 00 s",
        "14 min 05 s",
        "1 min 00 s",
        "1 h 06 min",
    ]
