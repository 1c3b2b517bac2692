"""Every exception of ours that may leave a view has an answer: the room that raises it has registered one."""

from __future__ import annotations

import json
import subprocess
import sys

from ordertrack.database.config import ROOT

# Asked in a process of its own: what other tests import would register too. What the application does not
# import, a request does not run into.
_IS_REGISTERED = """
import json, sys
import ordertrack.server.application
from ordertrack.web.problems import problem_of

unknown = problem_of.dispatch(Exception)
modules = [module for name, module in sys.modules.items() if name.startswith("ordertrack.")]
print(json.dumps({
    f"{module.__name__}.{each.__name__}": problem_of.dispatch(each) is not unknown
    for module in modules for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Exception) and each.__module__ == module.__name__
}))
"""
# What ends a command, a set-up or a thread.
OUTSIDE_REQUESTS = {
    "ordertrack.database.embedded.NotStarted",
    "ordertrack.database.session.BlindOperator",
    "ordertrack.database.session.UnsafeDatabaseRole",
    "ordertrack.database.settings_error.Mendable",
    "ordertrack.database.settings_error.SettingsError",
    "ordertrack.live.listener.NothingHeard",
    "ordertrack.web.assets.SetUpMissing",
}
# What is caught beside the line that may raise it: a message at a field, or another way to go on.
CAUGHT_AT_ONCE = {
    "ordertrack.api.reading._NamedTwice",
    "ordertrack.boards.filters.MalformedFilter",
    "ordertrack.channels.connections.NoSuchConnection",
    "ordertrack.channels.fields._Wrong",
    "ordertrack.channels.interface.Became",
    "ordertrack.channels.interface.Nothing",
    "ordertrack.channels.interface.Refused",
    "ordertrack.channels.payloads.NoSuchPayload",
    "ordertrack.channels.payloads.TooManySuspects",
    "ordertrack.database.channels.BusLost",
    "ordertrack.database.waiting._NotYet",
    "ordertrack.importing.logged_order.FaultyRow",
    "ordertrack.importing.moments.Ambiguous",
    "ordertrack.importing.moments.Unreadable",
    "ordertrack.importing.roles.UnusableColumns",
    "ordertrack.importing.source.UnusableFile",
    "ordertrack.live.feed.EpochChanged",
    "ordertrack.live.listener.MalformedPayload",
    "ordertrack.live.tenant_hub.Busy",
    "ordertrack.manager_alerts.choices.ChangedMeanwhile",
    "ordertrack.menu.csv_table.UnusableFile",
    "ordertrack.menu.editing.UnusableMenu",
    "ordertrack.menu.one_by_one.CategoryInUse",
    "ordertrack.menu.one_by_one.NoSuchCategory",
    "ordertrack.order_entry.lines.UnusableLine",
    "ordertrack.orders.forgetting.guest.NoNumber",
    "ordertrack.outgoing.failures.AddressRefused",
    "ordertrack.outgoing.failures.AnswerTooLarge",
    "ordertrack.outgoing.failures.CallFailed",
    "ordertrack.outgoing.failures.TooSlow",
    "ordertrack.outgoing.failures.Unreachable",
    "ordertrack.push.subscription.MalformedSubscription",
    "ordertrack.restaurants.pictures.UnusablePicture",
    "ordertrack.restaurants.versioned.UnusableSettings",
    "ordertrack.sla.orders_behind.finding.TooMany",
    "ordertrack.sla.report.query_string.UnusableChoice",
    "ordertrack.tenants.accounts.AccountError",
    "ordertrack.tenants.keys.issuing.NoSuchKey",
    "ordertrack.tenants.staff.password_links.NoSuchLink",
    "ordertrack.tenants.staff.people.NoSuchPerson",
    "ordertrack.tenants.staff.people.Uninvited",
    "ordertrack.webhooks.endpoints.NoSuchEndpoint",
    "ordertrack.webhooks.endpoints.TooMany",
}


def test_every_exception_that_a_view_may_raise_is_registered_by_what_the_application_imports() -> None:
    asked = [sys.executable, "-c", _IS_REGISTERED]
    is_registered = json.loads(subprocess.run(asked, check=True, capture_output=True, cwd=ROOT).stdout)
    assert len(is_registered) > 30
    assert {name for name, known in is_registered.items() if not known} == OUTSIDE_REQUESTS | CAUGHT_AT_ONCE
