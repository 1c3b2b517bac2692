"""A notification that never comes: the log is read all the same, at the next one or before long."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import pytest

from faults.history_of import confirm_in_silence
from faults.load import Load
from ordertrack.database.config import Settings
from ordertrack.live.lookout import LONGEST_REST
from support.cast import House
from support.server import wait_for


def test_the_next_notification_repairs_the_gap_at_once_and_in_order(
    settings: Settings, cedar: House, place: Callable[..., uuid.UUID], under_load: Callable[[], Load]
) -> None:
    orders = [place(cedar) for _ in range(5)]
    with under_load() as load:
        for order_id in orders:
            lost = confirm_in_silence(settings, cedar, order_id)
            load.goes_on(3)
            wait_for(lambda: load.boards.is_current(lost), "the boards to be told", 1)  # noqa: B023
            wait_for(lambda: load.programs.is_current(lost), "the programs to be told", 1)  # noqa: B023


@pytest.mark.timeout(60)
def test_with_no_notification_following_the_log_is_asked_before_long(
    settings: Settings, cedar: House, place: Callable[..., uuid.UUID], under_load: Callable[[], Load]
) -> None:
    order_id = place(cedar)
    with under_load() as load:
        load.rests = True
        wait_for(lambda: load.programs.is_current(load.log.seqs()[-1]), "the writers to rest")
        lost = confirm_in_silence(settings, cedar, order_id)
        began = time.monotonic()
        wait_for(lambda: load.boards.is_current(lost), "the boards to be told", LONGEST_REST + 2)
        assert time.monotonic() - began < LONGEST_REST + 2
