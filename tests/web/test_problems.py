"""Every exception of ours that may leave a view has an answer: the room that raises it has registered one."""

from __future__ import annotations

from ordertrack.web.problems import problem_of
from support.every_module import every_module

# What ends a command, a set-up or a thread, and is nothing that a request runs into.
OUTSIDE_REQUESTS = {
    "AddressInUse",
    "BlindOperator",
    "DataFolderInUse",
    "HistoryRefused",
    "LogIsYounger",
    "Mendable",
    "NotYetPast",
    "NothingHeard",
    "SettingsError",
    "SetUpMissing",
    "Stopped",
    "StreamMissing",
    "UnreadableRow",
    "UnsafeDatabaseRole",
    "UnusableColumns",
    "UpgradeRefused",
    "FaultyRow",
}
# What is caught beside the line that may raise it: a message at a field, or another way to go on.
CAUGHT_AT_ONCE = {
    "AccountError",
    "EpochChanged",
    "MalformedFilter",
    "NoSuchPerson",
    "NotReceived",
    "MalformedPayload",
    "UnusableChoice",
    "UnusableSettings",
}


def exceptions_of_ours() -> dict[str, type[Exception]]:
    found = {}
    for module in every_module():
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, Exception)
                and value.__module__ == module.__name__
            ):
                found[value.__name__] = value
    return found


def is_registered(exception: type[Exception]) -> bool:
    return problem_of.dispatch(exception) is not problem_of.dispatch(Exception)


def test_every_exception_that_a_view_may_raise_is_registered() -> None:
    ours = exceptions_of_ours()
    assert len(ours) > 40
    assert {name for name, each in ours.items() if not is_registered(each)} == (
        OUTSIDE_REQUESTS | CAUGHT_AT_ONCE
    )
