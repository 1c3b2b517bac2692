"""What a report says first: how figures changed, and what stands out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.fates import Fates
from ordertrack.sla.measure.figures import ERROR, Figures, Group, StageFigures
from ordertrack.sla.report.contents import (
    AtOneTarget,
    Became,
    Compared,
    Judged,
    Open,
    Report,
    TargetSteps,
    WorstShift,
)
from ordertrack.sla.report.findings import findings
from ordertrack.sla.report.headline import Tone, slower_or_faster, tiles, time_change
from ordertrack.sla.report.ranking import worst_first
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.summary.telling import sentences, told
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.statistics.decomposition import Moved, Split
from sla.report_of import FRIDAY, figures, report, restaurant, selection


def of_kitchen(now: Figures, before: Figures, chosen: Selection | None = None, **changes: object) -> Report:
    return report(chosen, stages=[StageFigures(Stage.KITCHEN, now, before)], **changes)


def changes(made: Report) -> dict[str, tuple[str, Tone] | None]:
    return {
        tile.title: (f"{tile.change.symbol} {tile.change.words}", tile.change.tone) if tile.change else None
        for tile in tiles(made)
    }


def test_slower_and_less_in_target_is_worse() -> None:
    became = Became(now=Fates(completed=1100), before=Fates(completed=1000))
    made = of_kitchen(figures(1100, 1300, in_target=880), figures(1000, 1000, in_target=900), fates=became)
    assert changes(made) == {
        "Orders that began": ("▲ 10% more", Tone.NEUTRAL),
        "Half within (p50)": ("▲ 2 min 45 s slower", Tone.WORSE),
        "9 of 10 within (p90)": ("▲ 5 min 00 s slower", Tone.WORSE),
        "In target": ("▼ 10 points worse", Tone.WORSE),
    }


def test_faster_and_more_in_target_is_better() -> None:
    became = Became(now=Fates(completed=500), before=Fates(completed=1000))
    made = of_kitchen(figures(500, 1000, in_target=480), figures(1000, 1300, in_target=900), fates=became)
    assert changes(made) == {
        "Orders that began": ("▼ 50% fewer", Tone.NEUTRAL),
        "Half within (p50)": ("▼ 2 min 45 s faster", Tone.BETTER),
        "9 of 10 within (p90)": ("▼ 5 min 00 s faster", Tone.BETTER),
        "In target": ("▲ 6 points better", Tone.BETTER),
    }


def test_a_change_of_the_hours_that_are_over_says_their_share_where_it_is_not_the_one_that_is_shown() -> None:
    running = selection().but(hours_over=9)
    now, before, over = (
        figures(1100, in_target=880),
        figures(1000, in_target=900),
        figures(1000, in_target=780),
    )
    made = report(running, stages=[StageFigures(Stage.KITCHEN, now, before, over)])
    assert changes(made)["In target"] == ("▼ 12 points worse (78% until 13:00 today, 90% before)", Tone.WORSE)
    same = report(running, stages=[StageFigures(Stage.KITCHEN, now, before, figures(1000, in_target=800))])
    assert changes(same)["In target"] == ("▼ 10 points worse", Tone.WORSE)


def test_what_is_left_out_of_a_stage_stands_beside_its_times_and_not_beside_promises() -> None:
    for promised in (5, 100):
        became = Became(now=Fates(completed=100, promised=promised, on_time=4))
        made = of_kitchen(figures(100, in_target=90), figures(0, in_target=None), fates=became)
        of_stage = {tile.title: tile.is_of_stage for tile in tiles(made)}
        assert [title for title, is_so in of_stage.items() if not is_so] == [
            "Orders that began",
            "On time against the promise",
        ]


def test_with_nothing_before_there_is_no_change_and_without_a_target_no_share() -> None:
    made = of_kitchen(figures(10, in_target=None), figures(0, in_target=None))
    assert changes(made) == {
        "Orders that began": None,
        "Half within (p50)": None,
        "9 of 10 within (p90)": None,
    }


@given(st.floats(10, 10_000), st.floats(-ERROR, ERROR), st.floats(-ERROR, ERROR))
def test_what_the_error_of_two_times_can_explain_is_no_change(
    exact: float, first: float, second: float
) -> None:
    change = slower_or_faster(exact * (1 + first), exact * (1 + second))
    assert change is not None and change.tone is Tone.SAME


def days(*shares: int, weeks_ago: int = 0) -> list[Group]:
    """The days up to Friday, or as many weeks earlier, 100 orders each."""
    first = FRIDAY - dt.timedelta(len(shares) - 1 + 7 * weeks_ago)
    return [
        Group((first + dt.timedelta(number)).isoformat(), "", figures(100, in_target=share))
        for number, share in enumerate(shares)
    ]


def since(now: tuple[int, ...], before: tuple[int, ...]) -> list[tuple[str, str, str]]:
    """What is found of these days and of the same weekdays before."""
    made = of_kitchen(
        figures(100 * len(now), in_target=sum(now)),
        figures(100 * len(before), in_target=sum(before)),
        chosen=selection(len(now)),
        days=days(*now),
        days_before=days(*before, weeks_ago=-(-len(now) // 7)),
    )
    return [
        (found.about, found.name, found.how_bad)
        for found in findings(made)
        if found.about.startswith("Since")
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


def test_one_bad_day_is_no_trend_and_a_day_of_few_orders_is_not_the_worst() -> None:
    before = figures(100, in_target=90)
    made = of_kitchen(figures(100), before, days=days(95, 95, 95, 80))
    assert "Since" not in [finding.about for finding in findings(made)]
    some = days(97, 80)
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
            Group("Lunch", "Lunch", figures(500, 900, in_target=None)),
            Group("Dinner", "Dinner", figures(500, 1300, in_target=None)),
        ],
    )
    assert [(found.name, found.how_bad) for found in findings(made)] == [
        ("Dinner", "slowest, 9 of 10 within 21 min 40 s, of 500")
    ]


def test_what_chance_explains_is_no_change_and_a_handful_is_not_compared_with() -> None:
    made = of_kitchen(figures(50, 1000, in_target=48), figures(100, 1050, in_target=90))
    assert {each[1] if each else None for each in changes(made).values()} == {None, Tone.SAME}
    compared = changes(of_kitchen(figures(500, in_target=400), figures(5, in_target=5)))
    assert set(compared.values()) == {None, ("– too few to compare", Tone.NEUTRAL)}
    assert compared["In target"] is not None


@given(st.integers(10, 300), st.integers(10, 300), st.floats(300, 3000), st.floats(300, 3000))
def test_no_time_is_slower_or_faster_whose_ranges_meet(now: int, before: int, p90: float, was: float) -> None:
    stage = StageFigures(Stage.ROAD, figures(now, p90), figures(before, was))
    for share in (0.5, 0.9):
        (low, high), (low_before, high_before) = (
            each.time_range(share) for each in (stage.compared, stage.before)
        )
        change = time_change(stage, share)
        if change and change.tone is Tone.WORSE:
            assert low is not None and high_before is not None and low > high_before
        if change and change.tone is Tone.BETTER:
            assert high is not None and low_before is not None and high < low_before


def test_a_few_drives_whose_ranges_overlap_are_no_faster_and_their_slowest_say_why_not() -> None:
    drives = StageFigures(Stage.ROAD, figures(19, 1600, in_target=None), figures(15, 2300, in_target=None))
    made = report(selection(stage=Stage.ROAD), stages=[drives])
    assert changes(made)["Half within (p50)"] == ("= no clear change", Tone.SAME)
    assert changes(made)["9 of 10 within (p90)"] == ("– too few to compare", Tone.NEUTRAL)
    (row,) = TABLES["stages"](made).rows
    assert row.cells[-1] == "no clear change"


def test_since_a_day_is_said_where_days_are_worse_than_those_until_then_and_than_before() -> None:
    assert since((91, 90, 89, 91, 90, 62, 60), (90, 91, 89, 90, 91, 90, 90)) == [
        (
            "Since",
            f"Thu {FRIDAY.day - 1} Nov",
            "78 of 200 late since then; on the same weekdays before 90% in target",
        )
    ]
    assert since((91, 90, 89, 91, 90, 62, 60), (90, 91, 89, 90, 91, 62, 63)) == [], "each weekend is so"
    assert since((62, 60, 61, 60, 62, 61, 60), (90, 91, 89, 90, 91, 90, 90)) == [], "they begin with it"
    assert since((91, 90, 89, 91, 90, 88, 86), (90, 91, 89, 90, 91, 90, 90)) == [], "chance"
    assert since((90, 70, 95, 60, 99, 70, 66), (90, 65, 99, 60, 95, 90, 80)) == [], "days vary as much"


def test_where_the_change_may_lie_on_several_days_all_of_them_are_said() -> None:
    ((about, name, _),) = since((91, 90, 80, 71, 74, 62, 70), (90, 91, 89, 90, 91, 90, 90))
    assert about == "Since one of these days"
    assert name.startswith("Mon, 17") and "18 Nov" in name


def test_of_days_that_differ_by_chance_alone_hardly_any_is_named() -> None:
    chance = np.random.default_rng(7)
    named = 0
    for _ in range(200):
        shares = chance.beta(90, 10, 56)  # from day to day as much as by chance within one
        met = [int(each) for each in chance.binomial(100, shares)]
        named += bool(since(tuple(met[28:]), tuple(met[:28])))
    assert named <= 6


def test_one_late_of_one_is_not_worse_than_two_hundred_of_five_hundred() -> None:
    places = [restaurant(name) for name in ("One", "Many", "Fine")]
    one, many, fine = (
        Group(each.slug, each.name, figures(count, in_target=met))
        for each, (count, met) in zip(places, ((1, 0), (501, 301), (500, 480)), strict=True)
    )
    assert [each.key for each in worst_first([one, fine, many])] == ["many", "one", "fine"]
    (found,) = findings(report(selection(restaurants=places), restaurants=[one, fine, many]))
    assert found.name == "Many" and "200 of 501 late" in found.how_bad


def test_a_few_are_said_as_they_are_and_those_without_a_target_beside_them() -> None:
    few = replace(figures(10, in_target=0), judged=1)
    made = report(stages=[StageFigures(Stage.KITCHEN, few, figures(0, in_target=None))])
    tile = next(tile for tile in tiles(made) if tile.title == "In target")
    assert (tile.value, tile.bounds) == ("0 of 1", "")
    assert tile.base == "0 of 1 time with a target, 9 without a target"
    assert any("1 of 1 judged late; 9 without a target." in line for line in sentences(made))


def test_the_tile_counts_orders_and_says_what_became_of_them() -> None:
    became = Became(
        now=Fates(completed=1, cancelled={OrderStatus.CONFIRMED: 9}),
        open=Open({OrderStatus.CONFIRMED: 9}, 9, dt.datetime(2025, 11, 21, 12, tzinfo=dt.UTC)),
        reasons=[("Waited an hour", 9)],
    )
    made = report(fates=became)
    (orders, *_) = tiles(made)
    assert (orders.value, orders.base) == ("19", "1 completed, 9 cancelled, 9 never finished")
    said = sentences(made)
    assert said[0] == "19 orders: 1 completed, 9 cancelled, 9 never finished."
    assert said[1] == "Cancelled: 9 confirmed and not begun. Why: Waited an hour (9)."
    assert said[2].startswith("Not ended: 9 confirmed; the oldest began ")
    assert said[2].endswith(
        " 9 have not been touched for hours: they are in the times of those stages only that they finished."
    )


def test_a_change_that_is_all_mix_is_praised_nowhere() -> None:
    compared = Compared(by_restaurant=Split(each=0.05, mix=-0.31))
    made = of_kitchen(figures(1000, in_target=540), figures(1000, in_target=800), compared=compared)
    assert changes(made)["In target"] == ("▼ 26 points worse", Tone.NEUTRAL)
    assert any(
        "Each restaurant for itself: 5 points better." in line and line.endswith("(mix): 31 points worse.")
        for line in sentences(made)
    )


def test_parts_of_a_change_of_times_are_those_of_the_average_and_say_who_joined() -> None:
    now, before = (
        replace(figures(2000, p90, in_target=None), mean=mean) for p90, mean in ((1000, 589.0), (1300, 700.0))
    )
    split = Split(26.6, 0.0, (Moved("Mar Mikhael", -137.7, came=True),))
    made = of_kitchen(now, before, compared=Compared(by_restaurant=split, is_of_shares=False))
    (said,) = (line for line in sentences(made) if "Each restaurant" in line)
    assert said == (
        "The average time: 1 min 51 s faster. Its parts: Each restaurant for itself: 0 min 27 s slower."
        " Because of Mar Mikhael joining (no times before): 2 min 18 s faster."
    )
    shares = Split(0.014, -0.114, (Moved("Hamra", -0.033, came=False),))
    made = of_kitchen(
        figures(2000, in_target=1540), figures(2000, in_target=1800), compared=Compared(by_restaurant=shares)
    )
    said = " ".join(sentences(made))
    assert "13 points worse. Each restaurant for itself: 1 point better." in said
    assert "Because of Hamra leaving (no times now): 3 points worse." in said
    assert "(mix): 11 points worse." in said


def test_a_looser_target_is_compared_at_todays() -> None:
    at = AtOneTarget(figures(1000, in_target=740), figures(1000, in_target=704))
    chosen = selection(4)
    steps = [TargetSteps("", ((chosen.first, 900), (chosen.last, 1200)))]
    compared = Compared(at_target=at, target_changed=True)
    made = of_kitchen(
        figures(1000, in_target=740), figures(1000, in_target=600), compared=compared, steps=steps
    )
    assert changes(made)["In target"] == (
        "= no clear change at today's target: 74%, 70% before",
        Tone.SAME,
    )
    said = sentences(made)
    assert "The target changed: on Fri 21 Nov from 15 min to 20 min." in said
    assert "At today's target about 74% now and 70% before." in said


def test_promises_holds_and_deliveries_that_nobody_let_go_are_said() -> None:
    became = Became(
        now=Fates(completed=30, promised=20, on_time=18, moved=3, held=2, deliveries=20, unleft=20)
    )
    made = report(fates=became)
    tile = next(tile for tile in tiles(made) if tile.title == "On time against the promise")
    assert (tile.value, tile.base) == ("90%", "of 20 promises, 3 only as a delay had moved them")
    said = " ".join(sentences(made))
    assert "Promises: 18 of 20 kept, 3 only as a delay had moved them." in said
    assert "2 were held for a while" in said
    assert "Nobody tapped Leaving for 20 of 20 deliveries: the driver's trip is counted as waiting" in said


def test_a_handover_that_holds_the_drive_is_marked_and_named_slowest_by_nobody() -> None:
    places = [restaurant(name) for name in ("Achrafieh", "Hamra", "Verdun")]
    chosen = selection(restaurants=places, stage=Stage.HANDOVER)
    groups = [
        Group(each.slug, each.name, figures(500, p90, in_target=None))
        for each, p90 in zip(places, (1620, 300, 300), strict=True)
    ]
    became = Became(now=Fates(completed=900, deliveries=800, unleft=305), unleft=[("Achrafieh", 305, 305)])
    stages = [StageFigures(Stage.HANDOVER, figures(1500, in_target=1000), figures(0, in_target=None))]
    made = report(chosen, restaurants=groups, fates=became, stages=stages)
    assert findings(made) == []
    assert [row.mark for row in TABLES["stages"](made).rows] == ["with the drive of 305 of 800 deliveries"]
    marks = {str(row.cells[0]): row.mark for row in TABLES["restaurants"](made).rows}
    assert marks == {"Achrafieh": "with the drive", "Hamra": None, "Verdun": None}
    told_apart = report(chosen, restaurants=groups, fates=replace(became, now=Fates(completed=900)))
    assert [found.name for found in findings(told_apart)] == ["Achrafieh"]


def test_every_figure_on_top_says_of_how_many_orders_it_is() -> None:
    made = tiles(of_kitchen(figures(1500, in_target=900), figures(0)))
    assert [(tile.title, tile.base, tile.bounds) for tile in made] == [
        ("Orders that began", "0 completed", ""),
        ("In target", "900 of 1,500 times with a target", "between 57% and 62%"),
        ("Half within (p50)", "of 1,500 times", "between 11 min 39 s and 12 min 37 s"),
        ("9 of 10 within (p90)", "of 1,500 times", "between 21 min 14 s and 23 min 00 s"),
    ]


def test_the_worst_single_shift_is_named_at_the_target_of_then_unless_it_is_chance_among_so_many() -> None:
    hamra = restaurant("Hamra")
    worst = WorstShift(
        hamra.slug, FRIDAY, "Dinner", Judged(61, 23), Judged(2000, 1760), 40, at_today=Judged(61, 41)
    )
    (found,) = findings(report(selection(restaurants=[hamra]), worst_shift=worst))
    assert (found.about, found.name) == ("Worst single shift", "Hamra, Fri 21 Nov, Dinner")
    assert found.how_bad == (
        "23 of 61 in target (38%); all other shifts 88%; at the target of then, at today's about 41 of 61 in"
        " target"
    )
    assert found.link is not None and "from=2025-11-21&to=2025-11-21" in found.link
    assert found.link.startswith("/sla/orders?") and "restaurant=hamra" in found.link
    few = replace(worst, of_it=Judged(10, 7))
    assert findings(report(selection(restaurants=[hamra]), worst_shift=few)) == []


def test_the_worst_day_says_what_it_is_at_todays_target_where_another_one_held() -> None:
    some = days(95, 91, 60)
    made = report(selection(3), days=some, at_today={some[2].key: Judged(100, 93)})
    (found,) = findings(made)
    assert found.about == "Day"
    assert found.how_bad.endswith("; at the target of then, at today's about 93 of 100 in target")


def test_a_weekday_that_is_worse_in_each_week_is_named_instead_of_its_worst_day() -> None:
    def found(*shares: int) -> dict[str, str]:
        some = days(*shares)
        weekdays = [
            Group(str(number), "", figures(100 * len(those), in_target=sum(those)))
            for number in range(7)
            for those in ([share for day, share in zip(some, shares, strict=True) if _is_on(day, number)],)
        ]
        whole = figures(100 * len(shares), in_target=sum(shares))
        stages = [StageFigures(Stage.KITCHEN, whole, figures(0, in_target=None))]
        made = report(selection(len(shares)), days=some, weekdays=weekdays, stages=stages)
        return {each.about: each.name for each in findings(made) if each.about in ("Weekday", "Day")}

    fine = (93, 92, 94, 93, 92, 93)
    assert found(*fine, 70, *fine, 62) == {"Weekday": "Fri"}
    assert found(*fine, 93, *fine, 40) == {"Day": "Fri 21 Nov"}, "one bad day is no weekday"
    assert found(*fine, 70, 55, *fine[1:], 62) == {"Weekday": "Fri", "Day": "Sat 15 Nov"}


def _is_on(day: Group, weekday: int) -> bool:
    return dt.date.fromisoformat(day.key).weekday() == weekday


def test_counts_of_what_became_of_orders_lead_to_these() -> None:
    became = Became(
        now=Fates(completed=9, cancelled={OrderStatus.CONFIRMED: 3}, deliveries=9, unleft=4),
        open=Open({OrderStatus.READY: 2}, 1),
        unleft=[("Hamra", 3, 3), ("Jounieh", 1, 6)],
    )
    made = report(fates=became)
    links = {each.text: each.orders for each in told(made)}
    assert [each and each.partition("fate=")[2] for each in links.values()] == [
        "all",
        "cancelled",
        "not_ended",
        "unleft",
    ]
    assert any(text.endswith("At Hamra (3 of 3), Jounieh (1 of 6).") for text in links)
    tile = tiles(made)[0]
    assert [link and link.partition("fate=")[2] for _, link in tile.parts] == [
        "completed",
        "cancelled",
        "open",
        "unfinished",
    ]
    rows = TABLES["fates"](made).rows
    assert all(row.orders for row in rows)


def test_hardly_more_orders_are_about_as_many() -> None:
    became = Became(now=Fates(completed=1004), before=Fates(completed=1000))
    made = of_kitchen(figures(1000), figures(1000), fates=became)
    assert changes(made)["Orders that began"] == ("= about as many", Tone.NEUTRAL)
