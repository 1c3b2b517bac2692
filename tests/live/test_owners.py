"""To which worker of a host a tenant falls."""

from __future__ import annotations

import multiprocessing
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from ordertrack.live.owners import Mailboxes


@pytest.fixture
def made() -> Iterator[Callable[[int], Mailboxes]]:
    with ExitStack() as stack:
        yield lambda count: stack.enter_context(closing(Mailboxes(count)))


def test_twenty_tenants_fall_to_two_workers_ten_each_whatever_their_ids(
    made: Callable[[int], Mailboxes],
) -> None:
    mailboxes = made(2)
    settled = [mailboxes.settle(uuid.UUID(int=2 * n)) for n in range(20)]
    assert sorted(settled) == [0] * 10 + [1] * 10


def test_a_tenant_keeps_its_owner_and_has_none_before_its_first_stream(
    made: Callable[[int], Mailboxes],
) -> None:
    mailboxes = made(3)
    tenant_id = uuid.uuid4()
    assert mailboxes.of(tenant_id) is None
    owner = mailboxes.settle(tenant_id)
    for n in range(50):
        mailboxes.settle(uuid.UUID(int=n))
    assert mailboxes.settle(tenant_id) == mailboxes.of(tenant_id) == owner


def test_processes_that_ask_at_once_agree_on_each_owner(made: Callable[[int], Mailboxes]) -> None:
    mailboxes = made(4)
    tenants = [uuid.UUID(int=n) for n in range(400)]
    forking = multiprocessing.get_context("fork")
    answers = forking.SimpleQueue()
    asking = [
        forking.Process(target=lambda: answers.put([mailboxes.settle(each) for each in tenants]))
        for _ in range(4)
    ]
    for process in asking:
        process.start()
    settled = [answers.get() for _ in asking]
    for process in asking:
        process.join()
    assert all(each == settled[0] for each in settled)
    assert [settled[0].count(number) for number in range(4)] == [100] * 4
