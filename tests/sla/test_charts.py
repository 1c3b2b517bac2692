"""What the charts of a report are given."""

from __future__ import annotations

import datetime as dt
import json

from ordertrack.rules.stages import Stage
from ordertrack.sla.measure.figures import Group, StageFigures
from ordertrack.sla.report.charts import MOST_BARS, MOST_LINES, charts
from ordertrack.sla.report.contents import HeatCell, TargetSteps
from ordertrack.sla.report.selection import Grouping
from ordertrack.sla.report.tables.report_tables import TABLES
from sla.report_of import figures, full_report, report, restaurant, selection


def test_an_empty_report_has_no_charts() -> None:
    assert charts(report()) == {}


def test_bars_are_by_what_was_chosen_with_the_targets_as_lines() -> None:
    for grouping in Grouping:
        made = charts(full_report(selection(group=grouping)))
        data = made[grouping.table].data
        if grouping is not Grouping.DAY:  # there they are steps
            assert data["targets"] == [[900, "target 15 min"], [1200, "target 20 min"]]
            assert made[grouping.table].targets == ("target pickup: 15 min",)
        assert len(data["labels"]) == len(data["p50"]) == len(data["p90"]) == len(data["said"])
    assert set(charts(full_report(selection(group=Grouping.DAY)))) == {
        "stages",
        "days",
        "shares",
        "hours",
        "restaurants",
    }


def test_all_targets_are_drawn_and_of_many_the_words_stand_above() -> None:
    many = [(600 + number, f"restaurant {number}") for number in range(MOST_LINES + 1)]
    dinner = [Group("Dinner", "Dinner", figures())]
    drawn = charts(report(shifts=dinner, targets=many))["shifts"]
    assert drawn.data["targets"] == [[seconds, ""] for seconds, _ in many]
    assert len(drawn.targets) == len(many)
    fewer = charts(report(shifts=dinner, targets=many[1:]))["shifts"].data["targets"]
    assert all(words for _, words in fewer) and len(fewer) == MOST_LINES


def test_a_target_that_changes_is_a_step_on_its_day() -> None:
    chosen = selection(4, group=Grouping.DAY)
    days = [chosen.first + dt.timedelta(number) for number in range(4)]
    steps = [
        TargetSteps("", ((days[0], 900), (days[2], 1200))),
        TargetSteps("pickups", ((days[0], None), (days[3], 600))),
    ]
    groups = [Group(day.isoformat(), "", figures()) for day in days]
    made = charts(report(chosen, days=groups, steps=steps))["days"]
    assert made.data["steps"] == [[900, 900, 1200, 1200], [None, None, None, 600]]
    assert made.targets == (
        "target 15 min, from Thu 20 Nov 20 min",
        "target pickups: none, from Fri 21 Nov 10 min",
    )


def test_of_many_restaurants_the_worst_are_drawn_and_it_is_said() -> None:
    chosen = selection(restaurants=[restaurant(f"Restaurant {number}") for number in range(50)])
    made = charts(full_report(chosen))["restaurants"]
    assert len(made.data["labels"]) == MOST_BARS
    assert made.note == f"The first {MOST_BARS} of 50; the table has all."


def test_shares_are_drawn_only_where_there_was_a_target_and_more_than_one_day() -> None:
    def of(days: int, in_target: int | None) -> set[str]:
        chosen = selection(days)
        groups = [Group(chosen.last.isoformat(), "", figures(in_target=in_target)) for _ in range(days)]
        stages = [StageFigures(Stage.KITCHEN, figures(in_target=in_target), figures(0, in_target=None))]
        return set(charts(report(chosen, days=groups, stages=stages)))

    assert "shares" in of(2, 90)
    assert "shares" not in of(1, 90)
    assert "shares" not in of(2, None)


def test_shares_say_on_which_day_their_target_changed_and_tables_in_which_week() -> None:
    chosen = selection(14, group=Grouping.WEEK)
    days = [Group((chosen.first + dt.timedelta(number)).isoformat(), "", figures()) for number in range(14)]
    weeks = [Group(day, "", figures()) for day in ("2025-11-03", "2025-11-10", "2025-11-17")]
    made = report(
        chosen,
        days=days,
        periods=weeks,
        stages=[StageFigures(Stage.KITCHEN, figures(), figures(0))],
        steps=[TargetSteps("", ((chosen.first, 900), (dt.date(2025, 11, 20), 1200)))],
    )
    shares = charts(made)["shares"]
    assert shares.targets == ("target 15 min, from Thu 20 Nov 20 min",)
    changed = "target from Thu 20 Nov 20 min"
    assert [said.endswith(changed) for said in shares.data["said"]] == [False] * 12 + [True, False]
    assert [row.mark for row in TABLES["periods"](made).rows] == [None, None, changed]
    assert [row.mark for row in TABLES["days"](made).rows][-2:] == [changed, None]


def test_a_day_without_orders_is_a_gap_in_the_line_and_no_bar() -> None:
    chosen = selection(2, group=Grouping.DAY)
    nothing = Group(chosen.first.isoformat(), "", figures(0, in_target=None))
    some = Group(chosen.last.isoformat(), "", figures())
    stages = [StageFigures(Stage.KITCHEN, figures(), figures(0, in_target=None))]
    made = charts(report(chosen, days=[nothing, some], stages=stages))
    assert made["shares"].data["shares"] == [None, 0.87]
    assert made["shares"].data["said"] == [
        "Thu 20 Nov\nno time with a target",
        "Fri 21 Nov\n87% of 100 in target\nbetween 79% and 92%",
    ]
    assert made["days"].data["labels"] == ["Fri 21 Nov (100)"]


def test_hours_run_from_the_first_with_orders_to_the_last_across_midnight() -> None:
    data = charts(full_report(selection()))["hours"].data
    assert data["hours"] == [f"{hour % 24:02}:00" for hour in range(11, 26)]
    last = max(data["cells"])
    assert data["hours"][last[0]] == "01:00"


def test_hours_have_a_row_for_each_weekday_that_was_chosen() -> None:
    for days, rows in (
        (1, ["Fri"]),
        (2, ["Thu", "Fri"]),
        (9, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
    ):
        friday = [HeatCell(4, 12, figures())]
        data = charts(report(selection(days), heat=friday))["hours"].data
        assert data["weekdays"] == rows
        assert [rows[row] for _, row, *_ in data["cells"]] == ["Fri"]


def test_everything_can_be_written_as_json() -> None:
    for chart in charts(full_report(selection())).values():
        assert json.loads(json.dumps(chart.data, allow_nan=False)) == chart.data
