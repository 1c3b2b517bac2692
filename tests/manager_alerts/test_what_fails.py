"""What fails of rooms that call others is trouble, in the process that follows the log."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs, periodic
from ordertrack.manager_alerts import delivery
from ordertrack.manager_alerts import troubles as known
from ordertrack.messages.push import ending
from ordertrack.server import following, troubles
from ordertrack.webhooks import endpoints
from ordertrack.webhooks.models import Disabled
from support.cast import House


def test_the_process_that_follows_looks_for_troubles_and_tells_them() -> None:
    following.register()
    assert all(jobs.kind_of(kind) for kind in (delivery.PUSH, delivery.MAIL, ending.FORGET))
    assert "manager alerts" in periodic._registered
    assert troubles.of_webhooks in known._sources


@pytest.mark.parametrize(
    ("is_failing", "disabled", "is_trouble"),
    [
        (False, None, False),
        (True, None, True),
        (True, Disabled.FAILING, True),
        (False, Disabled.GONE, True),
        (True, Disabled.MANAGER, False),
    ],
)
def test_a_webhook_that_fails_or_was_given_up_is_trouble(
    app: Flask, cedar: House, is_failing: bool, disabled: Disabled | None, is_trouble: bool
) -> None:
    now = dt.datetime.now(dt.UTC)
    with tenant_context(app, cedar.tenant_id):
        made = endpoints.make(cedar.maya.principal, "https://till.example/hook?secret=1").endpoint
        made.failing_since = now if is_failing else None
        made.disabled_why, made.disabled_at = disabled, now if disabled else None
        db.session.commit()
        found = list(troubles.of_webhooks(cedar.tenant_id))
        assert len(found) == is_trouble
        assert [each.title() for each in found] == ["The webhook of till.example fails"] * is_trouble
