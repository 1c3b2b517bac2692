"""What the charts of a report are given."""

from __future__ import annotations

import json

from ordertrack.rules.stages import Stage
from ordertrack.sla.measure.figures import Group, StageFigures
from ordertrack.sla.report.charts import MOST_BARS, MOST_LINES, charts
from ordertrack.sla.report.selection import Grouping
from sla.report_of import figures, full_report, report, restaurant, selection


def test_an_empty_report_has_no_charts() -> None:
    assert charts(report()) == {}


def test_bars_are_by_what_was_chosen_with_the_targets_as_lines() -> None:
    for grouping in Grouping:
        made = charts(full_report(selection(group=grouping)))
        data = made[f"{grouping}s"].data
        assert data["targets"] == [[1200, "target 20 min"], [900, "target 15 min"]]
        assert made[f"{grouping}s"].targets == ("target pickup: 15 min",)
        assert len(data["labels"]) == len(data["p50"]) == len(data["p90"]) == len(data["said"])
    assert set(charts(full_report(selection(group=Grouping.DAY)))) == {
        "stages",
        "days",
        "shares",
        "hours",
        "restaurants",
    }


def test_targets_too_many_to_be_told_apart_are_not_drawn() -> None:
    many = [(600 + number, f"restaurant {number}") for number in range(MOST_LINES + 1)]
    dinner = [Group("Dinner", "Dinner", figures())]
    assert charts(report(shifts=dinner, targets=many))["shifts"].data["targets"] == []
    assert len(charts(report(shifts=dinner, targets=many[1:]))["shifts"].data["targets"]) == MOST_LINES


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


def test_a_day_without_orders_is_a_gap_in_the_line_and_no_bar() -> None:
    chosen = selection(2, group=Grouping.DAY)
    nothing = Group(chosen.first.isoformat(), "", figures(0, in_target=None))
    some = Group(chosen.last.isoformat(), "", figures())
    stages = [StageFigures(Stage.KITCHEN, figures(), figures(0, in_target=None))]
    made = charts(report(chosen, days=[nothing, some], stages=stages))
    assert made["shares"].data["shares"] == [None, 0.87]
    assert made["shares"].data["said"] == [
        "Thu 20 Nov\nno order with a target",
        "Fri 21 Nov\n87% of 100 in target",
    ]
    assert made["days"].data["labels"] == ["Fri 21 Nov"]


def test_hours_run_from_the_first_with_orders_to_the_last_across_midnight() -> None:
    data = charts(full_report(selection()))["hours"].data
    assert data["hours"] == [f"{hour % 24:02}:00" for hour in range(11, 26)]
    last = max(data["cells"])
    assert data["hours"][last[0]] == "01:00"


def test_everything_can_be_written_as_json() -> None:
    for chart in charts(full_report(selection())).values():
        assert json.loads(json.dumps(chart.data, allow_nan=False)) == chart.data
