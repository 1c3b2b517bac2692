"""Suggested targets: what three of four and nine of ten of a restaurant's own orders kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.estimates.suggested_targets import FEWEST, SuggestedTarget, suggested
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, Cells
from ordertrack.sla.measure.histogram import ERROR, bins_of
from support.cast import House


def times(
    seconds: list[float],
    kind: Fulfilment = Fulfilment.PICKUP,
    left_out: int = 0,
    *,
    is_drawn: bool = False,
) -> Cells:
    many = np.zeros(len(seconds), np.int64)
    no = many.astype(bool)
    number = many + FULFILMENTS.index(kind)
    bins = bins_of(np.array(seconds))
    return cells.counted(
        cells.pack(bins, many, many + left_out, number, many, many + 12, no, no, no, no | is_drawn)
    )


def made(*parts: Cells) -> list[SuggestedTarget]:
    return list(suggested(Stage.KITCHEN, cells.merged(parts)))


@given(st.lists(st.floats(60, 3600), min_size=FEWEST, max_size=200))
def test_so_many_orders_kept_them_and_they_are_times_that_one_would_set(seconds: list[float]) -> None:
    (found,) = made(times(seconds))
    ordered = sorted(seconds)
    for target, share in ((found.tight, 0.75), (found.loose, 0.9)):
        exact = ordered[int(np.ceil(share * len(ordered) - 1e-9)) - 1]
        assert target % 30 == 0
        assert exact * (1 - ERROR) - 1 <= target <= exact * (1 + ERROR) + 61
    assert found.count == len(seconds)


def test_of_too_few_orders_and_of_times_that_cannot_be_right_nothing_is_suggested() -> None:
    assert made(times([600.0] * (FEWEST - 1))) == []
    assert made(times([600.0] * 100, left_out=1)) == []
    assert made(times([600.0] * 100, is_drawn=True)) == []


def test_fulfilments_have_their_own_where_there_are_several() -> None:
    pickups, deliveries = times([600.0] * 40), times([1200.0] * 40, Fulfilment.DELIVERY)
    assert [each.fulfilment for each in made(pickups)] == [None]
    found = {each.fulfilment: each.tight for each in made(pickups, deliveries)}
    assert found[Fulfilment.PICKUP] == pytest.approx(600, abs=60)
    assert found[Fulfilment.DELIVERY] == pytest.approx(1200, abs=60)
    assert None in found


def test_a_tap_puts_one_into_the_form_and_saves_nothing(
    served: House, cedar: House, sign_in: Callable[..., FlaskClient]
) -> None:
    maya = sign_in(served.maya)
    page = maya.get("/sla/settings/hamra").text
    address = html.unescape(re.findall(r'class="button" href="([^"]*stage=cook[^"]*)"', page)[0])
    taken = maya.get(address).text
    minutes = re.findall(r"minutes=([0-9.]+)", address)[0]
    assert re.search(rf'name="minutes"[^>]*value="{re.escape(minutes)}"', taken)
    assert re.search(r'<option value="cook" selected', taken)
    assert "Taken over into the form, and not saved yet." in taken
    assert "Taken over" not in maya.get("/sla/settings/hamra?minutes=soon&stage=baking").text
    saved = re.compile(r"<summary>Targets \([0-9]+\)")
    assert saved.findall(maya.get("/sla/settings/hamra").text) == saved.findall(page)
    none = sign_in(cedar.maya).get("/sla/settings/hamra").text
    assert "Once 30 orders have times that can be right" in none
