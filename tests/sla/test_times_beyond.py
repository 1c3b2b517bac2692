"""Times that are too long to be told apart: every figure that rests on one says what it is over."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ordertrack.i18n.translate import TAGS, speaking
from ordertrack.rules.stages import Stage
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.figures import Figures, Group, HeatCell, Over, Says, StageFigures, Under, says
from ordertrack.sla.measure.histogram import BEYOND, BINS, ERROR, SHORTEST, bins_of
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report import wording
from ordertrack.sla.report.charts import charts
from ordertrack.sla.report.findings import findings
from ordertrack.sla.report.headline import slower_or_faster
from ordertrack.sla.report.tables.report_tables import TABLES
from ordertrack.sla.report.tables.table_csv import csv_of
from sla.report_of import figures, report, selection

HOUR = 3600
LONG = Figures(1, Over(BEYOND), Over(BEYOND), Over(BEYOND), Over(BEYOND), 0, 0, {})


def figures_of(times: list[float]) -> Figures:
    """The figures of these times (seconds), all of them counted."""
    nothing, never = np.zeros(len(times), np.int64), np.zeros(len(times), bool)
    keys = cells.pack(bins_of(np.array(times)), *[nothing] * 5, *[never] * 4)
    tally = Tally([cells.counted(keys.astype(np.uint32)).tobytes()], None, with_left_out=True)
    (found,) = tally.figures(tally.per_row([0]), 1)
    return found


def test_a_time_of_three_days_is_said_to_be_over_what_is_told_apart() -> None:
    found = figures_of([71 * HOUR])
    assert [wording.time(each) for each in (found.p50, found.p90, found.p95)] == ["over 36 h"] * 3
    assert wording.time(found.mean) == "over 36 h"


def test_a_mean_with_one_such_time_in_it_says_what_it_is_over() -> None:
    found = figures_of([600, 71 * HOUR])
    assert not isinstance(found.p50, Over)
    assert isinstance(found.p90, Over)
    assert wording.time(found.mean).startswith("over 18 h 0")


@hypothesis_settings(deadline=None)
@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=40))
@example([36 * HOUR - 60])
def test_every_figure_is_within_the_error_or_says_what_it_is_over(times: list[float]) -> None:
    found, exact = figures_of(times), sorted(times)
    ranks = {share: exact[max(math.ceil(len(exact) * share - 1e-9), 1) - 1] for share in (0.5, 0.9, 0.95)}
    pairs = [(found.p50, ranks[0.5]), (found.p90, ranks[0.9]), (found.p95, ranks[0.95])]
    average = sum(exact) / len(exact)
    for figure, right in [*pairs, (found.mean, average)]:
        match says(figure):
            case Says.OVER:
                assert right >= figure * (1 - ERROR)
            case Says.UNDER:
                assert right < figure == SHORTEST
            case Says.VALUE:
                assert figure == pytest.approx(right, rel=ERROR + 0.0005)
            case Says.NONE:
                assert right is average, "a percentile is always known"
                assert SHORTEST / 2 * sum(each < SHORTEST for each in times) > 0.0004 * sum(times)


def test_a_time_under_five_seconds_is_said_to_be_so_and_moves_no_mean() -> None:
    alone, among_two, among_many = (figures_of(times) for times in ([4.9], [4.9, 24.8], [4.9, *[600.0] * 20]))
    assert [wording.time(each) for each in (alone.mean, alone.p50, alone.p90)] == ["under 5 s"] * 3
    assert (among_two.mean, among_two.p50, says(among_two.p90)) == (None, Under(SHORTEST), Says.VALUE)
    assert among_many.mean == pytest.approx(12004.9 / 21, rel=ERROR)


@pytest.mark.parametrize(
    ("tag", "said"), [("en", "over 36 h"), ("fr", "plus de 36 h"), ("ar", "أكثر من 36 س")]
)
def test_it_is_said_in_every_language(tag: str, said: str) -> None:
    assert tag in TAGS
    with speaking(tag):
        assert wording.time(Over(BEYOND)).replace("٣٦", "36") == said


def test_a_file_holds_no_number_that_would_be_wrong() -> None:
    made = report(stages=[StageFigures(Stage.KITCHEN, LONG, figures(0, in_target=None))])
    rows = list(csv.reader(io.StringIO(csv_of(TABLES["stages"](made)).decode().lstrip("\ufeff"))))
    assert rows[1][2:6] == ["> 129600"] * 4


def test_a_change_that_rests_on_it_says_over_or_nothing() -> None:
    slower = slower_or_faster(Over(BEYOND), 1800.0)
    assert slower is not None and slower.words == "over 35 h 30 min slower"
    assert slower_or_faster(Over(BEYOND), Over(BEYOND)) is None
    assert slower_or_faster(Over(BEYOND), BEYOND * 0.99) is None


def test_charts_and_findings_say_it_too() -> None:
    times = np.bincount([0] * 60 + [BINS - 1] * 40, minlength=BINS)
    ten = Figures(100, Over(BEYOND), 600.0, Over(BEYOND), Over(BEYOND), 0, 0, {}, histogram=times)
    made = report(
        selection(),
        stages=[StageFigures(Stage.KITCHEN, LONG, figures(0, in_target=None))],
        restaurants=[Group("hamra", "Hamra", ten), Group("jounieh", "Jounieh", figures(50, in_target=None))],
        heat=[HeatCell(0, 12, LONG)],
    )
    bars, heat = charts(made)["stages"], charts(made)["hours"]
    assert "p50 over 36 h\np90 over 36 h" in bars.data["said"][0]
    assert "p90 over 36 h" in heat.data["said"][0]
    assert bars.data["p50"] == [bars.data["beyond"]] == [heat.data["beyond"]]
    json.dumps([bars.data, heat.data])
    assert [finding.how_bad for finding in findings(made)] == ["slowest, 1 of 10 took over 36 h, of 100"]
