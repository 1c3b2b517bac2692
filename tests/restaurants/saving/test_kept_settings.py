"""What was read of settings is kept until somebody saves, or for a while where nobody is told."""

from __future__ import annotations

import uuid

import pytest

from ordertrack.database.config import Settings
from ordertrack.restaurants import cache as kept
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from restaurants.saving.saved_rows import TODAY
from support.cast import House
from support.database import connect

pytestmark = pytest.mark.usefixtures("undisturbed")


def _save_elsewhere(settings: Settings, cedar: House, hamra: RestaurantSettings) -> None:
    """As another process would, of which this one hears nothing."""
    with connect(settings.operator_url) as other:
        other.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
        other.execute(
            "INSERT INTO sla_targets (tenant_id, restaurant_id, version, stage, valid_from, seconds,"
            " saved_by, actor) VALUES (%s, %s, 1, 'kitchen', '2025-11-20', 600, 'Maya', 'staff:maya')",
            [cedar.tenant_id, hamra.id],
        )


def _target(cedar: House, hamra: RestaurantSettings) -> int | None:
    read = kept.of_restaurant(cedar.tenant_id, hamra.id)
    return read.targets.at(Stage.KITCHEN, Fulfilment.PICKUP, TODAY)


@pytest.mark.parametrize("of", ["restaurant", "tenant", "everybody"])
def test_what_was_read_is_kept_until_it_is_forgotten(
    settings: Settings, cedar: House, hamra: RestaurantSettings, of: str
) -> None:
    assert _target(cedar, hamra) is None
    _save_elsewhere(settings, cedar, hamra)
    assert _target(cedar, hamra) is None
    if of == "everybody":
        kept.forget_all()
    else:
        kept.forget(cedar.tenant_id, hamra.id if of == "restaurant" else None)
    assert _target(cedar, hamra) == 600


def test_what_was_read_is_read_anew_after_a_while_where_nobody_listens(
    settings: Settings, cedar: House, hamra: RestaurantSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ordertrack.database.ttl_cache.KEPT_FOR", 0.0)
    kept.forget_all()
    assert _target(cedar, hamra) is None
    _save_elsewhere(settings, cedar, hamra)
    assert _target(cedar, hamra) == 600


def test_what_was_read_just_before_it_changed_is_not_kept(
    settings: Settings, cedar: House, hamra: RestaurantSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.forget_all()
    read = kept.read

    def read_too_early(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> list[RestaurantSettings]:
        found = read(tenant_id, restaurant_id)
        _save_elsewhere(settings, cedar, hamra)
        kept.forget(tenant_id, restaurant_id)
        monkeypatch.undo()
        return found

    monkeypatch.setattr(kept, "read", read_too_early)
    assert _target(cedar, hamra) is None
    assert _target(cedar, hamra) == 600


def test_rules_that_are_read_anew_and_are_the_same_keep_the_days_worked_out(
    cedar: House, hamra: RestaurantSettings
) -> None:
    kept.forget_all()
    assert kept.of_restaurant(cedar.tenant_id, hamra.id).calendar is hamra.calendar
