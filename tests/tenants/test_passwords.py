"""Hashes are counted before they are worked out: who wants many at once is refused, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from ordertrack.tenants.credentials import passwords
from ordertrack.tenants.credentials.passwords import MOST_OF_ONE, MOST_WANTED, TooManyAtOnce, verify_password
from support.cast import PASSWORD, House


class Slow:
    """A hasher that works until it is told to end, and counts how many did at one time."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def verify(self, *_asked: str) -> bool:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.end.wait(20)
        with self._lock:
            self.at_once -= 1
        return True


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow()
    monkeypatch.setattr(passwords, "_hasher", made)
    yield made
    made.end.set()


def want(count: int, asker: str) -> list[threading.Thread]:
    """So many wishes of an asker, each on its way."""
    before = passwords._wanted.total()
    threads = [threading.Thread(target=verify_password, args=("hash", "x", asker)) for _ in range(count)]
    for thread in threads:
        thread.start()
    while passwords._wanted.total() < before + count:
        threads[0].join(0.01)
    return threads


def test_who_wants_many_at_once_is_refused_and_others_are_not(slow: Slow) -> None:
    waiting = want(MOST_OF_ONE, "192.0.2.7")
    with pytest.raises(TooManyAtOnce):
        verify_password("hash", "x", "192.0.2.7")
    waiting += want(1, "192.0.2.8")
    slow.end.set()
    for thread in waiting:
        thread.join(20)
    assert verify_password("hash", "x", "192.0.2.7")


def test_the_process_has_a_bound_and_few_are_worked_out_at_one_time(slow: Slow) -> None:
    waiting = [thread for number in range(MOST_WANTED) for thread in want(1, f"192.0.2.{number}")]
    with pytest.raises(TooManyAtOnce):
        verify_password("hash", "x", "198.51.100.1")
    slow.end.set()
    for thread in waiting:
        thread.join(20)
    assert slow.most <= passwords.AT_ONCE
    assert not passwords._wanted


def test_a_sign_in_that_finds_no_room_is_503_and_says_when_to_come_again(
    app: Flask, cedar: House, slow: Slow
) -> None:
    waiting = [thread for number in range(MOST_WANTED) for thread in want(1, f"192.0.2.{number}")]
    answer = app.test_client().post("/login", data={"email": cedar.maya.email, "password": PASSWORD})
    slow.end.set()
    for thread in waiting:
        thread.join(20)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "Traceback" not in answer.text
