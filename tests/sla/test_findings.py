"""What a report says first: how figures changed, and what stands out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ordertrack.rules.stages import Stage
from ordertrack.sla.measure.figures import ERROR, Group, StageFigures
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.findings import findings
from ordertrack.sla.report.headline import Tone, slower_or_faster, tiles
from sla.report_of import FRIDAY, figures, report, restaurant, selection


def of_kitchen(now: object, before: object, **changes: object) -> Report:
    return report(stages=[StageFigures(Stage.KITCHEN, now, before)], **changes)  # type: ignore[arg-type]


def changes(made: Report) -> dict[str, tuple[str, Tone] | None]:
    return {
        tile.title: (f"{tile.change.symbol} {tile.change.words}", tile.change.tone) if tile.change else None
        for tile in tiles(made)
    }


def test_slower_and_less_in_target_is_worse() -> None:
    made = of_kitchen(figures(110, 1300, in_target=88), figures(100, 1000, in_target=90))
    assert changes(made) == {
        "Orders": ("▲ 10% more", Tone.NEUTRAL),
        "Half within (p50)": ("▲ 2 min 45 s slower", Tone.WORSE),
        "9 of 10 within (p90)": ("▲ 5 min 00 s slower", Tone.WORSE),
        "In target": ("▼ 10 points worse", Tone.WORSE),
    }


def test_faster_and_more_in_target_is_better() -> None:
    made = of_kitchen(figures(50, 1000, in_target=48), figures(100, 1300, in_target=90))
    assert changes(made) == {
        "Orders": ("▼ 50% fewer", Tone.NEUTRAL),
        "Half within (p50)": ("▼ 2 min 45 s faster", Tone.BETTER),
        "9 of 10 within (p90)": ("▼ 5 min 00 s faster", Tone.BETTER),
        "In target": ("▲ 6 points better", Tone.BETTER),
    }


def test_with_nothing_before_there_is_no_change_and_without_a_target_no_share() -> None:
    made = of_kitchen(figures(10, in_target=None), figures(0, in_target=None))
    assert changes(made) == {"Orders": None, "Half within (p50)": None, "9 of 10 within (p90)": None}


@given(st.floats(10, 10_000), st.floats(-ERROR, ERROR), st.floats(-ERROR, ERROR))
def test_what_the_error_of_two_times_can_explain_is_no_change(
    exact: float, first: float, second: float
) -> None:
    change = slower_or_faster(exact * (1 + first), exact * (1 + second))
    assert change is not None and change.tone is Tone.SAME


def days(*shares: int) -> list[Group]:
    """The days up to Friday, 100 orders each."""
    all_days = selection(len(shares))
    return [
        Group(
            (all_days.first.fromordinal(all_days.first.toordinal() + number)).isoformat(),
            "",
            figures(100, in_target=share),
        )
        for number, share in enumerate(shares)
    ]


def test_the_worst_restaurant_shift_stage_and_day_are_named_with_how_bad_they_are() -> None:
    hamra, jounieh = restaurant("Hamra"), restaurant("Jounieh")
    chosen = selection(4, (hamra, jounieh))
    made = report(
        chosen,
        stages=[StageFigures(Stage.KITCHEN, figures(100, in_target=75), figures(100, in_target=90))],
        restaurants=[
            Group(hamra.slug, hamra.name, figures(200, in_target=190)),
            Group(jounieh.slug, jounieh.name, figures(200, 1800, in_target=122)),
        ],
        shifts=[
            Group("Lunch", "Lunch", figures(50, in_target=50)),
            Group("Dinner", "Dinner", figures(50, in_target=25)),
        ],
        days=days(95, 91, 70, 60),
    )
    found = {finding.about: finding for finding in findings(made)}
    assert found["Restaurant"].name == "Jounieh"
    assert found["Restaurant"].how_bad == (
        "61% in target, 78 of 200 late, 9 of 10 within 30 min 00 s; the rest 95%"
    )
    assert found["Restaurant"].link is not None and "restaurant=jounieh" in found["Restaurant"].link
    assert found["Shift"].name == "Dinner"
    assert found["Stage"].name == "Kitchen"
    assert found["Day"].name == f"Fri {FRIDAY.day} Nov"
    assert found["Since"].name == f"Thu {FRIDAY.day - 1} Nov"
    assert "under the 90%" in found["Since"].how_bad


def test_one_bad_day_is_no_trend_and_a_day_of_few_orders_is_not_the_worst() -> None:
    before = figures(100, in_target=90)
    made = of_kitchen(figures(100), before, days=days(95, 95, 95, 80))
    assert "Since" not in [finding.about for finding in findings(made)]
    some = days(95, 90)
    few = replace(some[0], figures=figures(3, in_target=0))
    made = of_kitchen(figures(100), before, days=[few, *some])
    assert [finding.name for finding in findings(made) if finding.about == "Day"] == [f"Fri {FRIDAY.day} Nov"]


def test_where_nothing_was_late_nothing_stands_out() -> None:
    fine = figures(100, in_target=100)
    made = of_kitchen(fine, fine, shifts=[Group("a", "a", fine), Group("b", "b", fine)], days=days(100, 100))
    assert findings(made) == []


def test_without_a_target_the_slowest_is_named() -> None:
    made = of_kitchen(
        figures(100, in_target=None),
        figures(0, in_target=None),
        shifts=[
            Group("Lunch", "Lunch", figures(50, 900, in_target=None)),
            Group("Dinner", "Dinner", figures(50, 1300, in_target=None)),
        ],
    )
    assert [(found.name, found.how_bad) for found in findings(made)] == [
        ("Dinner", "slowest, 9 of 10 within 21 min 40 s")
    ]


def test_a_period_before_with_next_to_no_orders_is_not_compared_with() -> None:
    compared = tiles(of_kitchen(figures(500, in_target=400), figures(40, in_target=39)))
    assert [tile.change is None for tile in compared] == [False, True, True, True]
    worse = [Group(f"2025-11-{day}", "", figures(100, in_target=70)) for day in (19, 20, 21)]
    since = findings(of_kitchen(figures(500), figures(40, in_target=39), days=worse))
    assert "Since" not in [found.about for found in since]


def test_every_figure_on_top_says_of_how_many_orders_it_is() -> None:
    made = tiles(of_kitchen(figures(1500, in_target=900), figures(0)))
    assert [(tile.title, tile.base) for tile in made] == [
        ("Orders", ""),
        ("Half within (p50)", "of 1,500 orders"),
        ("9 of 10 within (p90)", "of 1,500 orders"),
        ("In target", "900 of 1,500 orders with a target"),
    ]
