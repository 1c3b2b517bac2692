"""Whatever is saved in whatever order: a day has what was saved for it, or for the latest day before it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as choose
from hypothesis import strategies as st

from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RULES, TARGETS
from ordertrack.restaurants.calendar import Rules
from ordertrack.restaurants.targets import Target
from ordertrack.restaurants.versioned import saving
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House

TODAY = dt.date(2025, 11, 20)
days = st.integers(-9, 9).map(lambda off: TODAY + dt.timedelta(off))
targets = st.builds(
    Target,
    st.sampled_from((Stage.KITCHEN, Stage.ROAD)),
    st.sampled_from((None, Fulfilment.DELIVERY)),
    days,
    st.one_of(st.none(), st.integers(1, 5000)),
)
rules = st.builds(
    Rules,
    days,
    st.sampled_from(("Asia/Beirut", "Asia/Dubai")),
    st.just(dt.time(4)),
    early_before=st.integers(0, 50),
)


@pytest.fixture
def ledger() -> list[Target | Rules]:
    """What a test has saved, in the order of saving."""
    return []


def held_on(saved: list[Any], day: dt.date) -> Any:
    """The definition: the latest day that has come, and of what was saved for that one the last."""
    begun = [(each.valid_from, place, each) for place, each in enumerate(saved) if each.valid_from <= day]
    return max(begun, key=lambda version: version[:2])[2] if begun else None


@choose(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(targets, rules), min_size=1, max_size=8))
def test_after_any_sequence_of_saves_each_day_has_the_last_version_of_the_latest_day_that_has_come(
    cedar: House, hamra: uuid.UUID, ledger: list[Target | Rules], wanted: list[Target | Rules]
) -> None:
    """Every example goes on saving for the same restaurant."""
    for value in wanted:
        with saving(hamra, cedar.maya.principal) as saved:
            saved.add(RULES if isinstance(value, Rules) else TARGETS, value)
        ledger.append(value)
    held = cache.of_restaurant(cedar.tenant_id, hamra)
    saved_rules = [each for each in ledger if isinstance(each, Rules)]
    saved_targets = [each for each in ledger if isinstance(each, Target)]
    for kind, expected in ((RULES, saved_rules), (TARGETS, saved_targets)):
        assert [version.value for version in kind.history(cedar.tenant_id, hamra)][::-1] == expected
    for day in (TODAY + dt.timedelta(off) for off in range(-10, 11)):
        if saved_rules:
            first = min(saved_rules, key=lambda each: each.valid_from)
            assert held.calendar.rules_on(day) == (
                held_on(saved_rules, day) or held_on(saved_rules, first.valid_from)
            )
        for stage in (Stage.KITCHEN, Stage.ROAD):
            for fulfilment in (None, Fulfilment.DELIVERY):
                own = [each for each in saved_targets if (each.stage, each.fulfilment) == (stage, fulfilment)]
                target = held_on(own, day)
                assert held.targets.own_at(stage, fulfilment, day) == (target and target.seconds)
