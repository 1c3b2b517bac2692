"""In whatever order things happen, and wherever the sender dies: nothing is told twice, nothing late."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from flask import Flask

from messages.peers import Peer
from messages.working import Working
from ordertrack.database.session import db
from ordertrack.following import taking
from ordertrack.messages import noting
from ordertrack.messages.kinds import Kind
from ordertrack.messages.models import GuestMessage, State
from ordertrack.messages.transports import Outcome
from ordertrack.rules.state_machine import OrderStatus, allowed
from support.cast import House
from support.till import move, order_of

TRUE_IN = {
    "is confirmed": {OrderStatus.CONFIRMED, OrderStatus.PREPARING},
    "on its way": {OrderStatus.DELIVERING},
    "was cancelled": {OrderStatus.CANCELLED},
}


class Killed(BaseException):
    """As kill -9 would end it: nothing that follows is done."""


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How likely it is that the sender dies between sending and noting it, as a list of one."""
    likely, at, note = [0.0], random.Random(7), noting.note

    def die_or_note(held: GuestMessage, outcome: Outcome, tenant_id: uuid.UUID) -> None:
        if at.random() < likely[0]:
            raise Killed
        note(held, outcome, tenant_id)

    monkeypatch.setattr(noting, "note", die_or_note)
    return likely


@pytest.mark.parametrize("seed", range(3))
def test_no_guest_is_told_anything_twice_or_after_its_moment(
    app: Flask,
    cedar: House,
    by_twilio: Callable[[House], str],
    peer: Peer,
    ordered: Callable[..., uuid.UUID],
    deaths: list[float],
    seed: int,
) -> None:
    by_twilio(cedar)
    at = random.Random(seed)
    orders = {order_of(app, cedar, each).number: each for each in (ordered(cedar) for _ in range(4))}
    deaths[0] = 0.3
    judged, died = 0, 0
    for _step in range(40):
        number = at.choice(list(orders))
        record = order_of(app, cedar, orders[number])
        if at.random() < 0.5 and (ahead := allowed(record.status, record.fulfilment)):
            to = at.choice(ahead)
            move(app, cedar, orders[number], to, reason="Sold out" if to == OrderStatus.CANCELLED else None)
        if at.random() < 0.6:
            died += _work_or_die(app, cedar)
        judged = _judge(app, cedar, peer, orders, judged)
    deaths[0] = 0.0
    _work_or_die(app, cedar)
    _judge(app, cedar, peer, orders, judged)
    told = Counter(_told(asked.body) for asked in peer.asked)
    assert told and set(told.values()) == {1}, told
    states = Counter(_states(app, cedar))
    assert not states.keys() & {State.WAITING, State.SENDING}
    assert states[State.UNKNOWN] == died, "each that may have gone says so"


def _work_or_die(app: Flask, house: House) -> int:
    """Whether it died; whoever comes next takes up what was left."""
    working = Working(app, house)
    with working.inside():
        taking.take_up(house.tenant_id, working.taker, [])
    try:
        working.all_of_it()
    except Killed:
        return 1
    return 0


def _judge(app: Flask, house: House, peer: Peer, orders: dict[int, uuid.UUID], judged: int) -> int:
    """What went out since the last look was true of its order, which has not moved meanwhile."""
    for asked in peer.asked[judged:]:
        said, number = _told(asked.body)
        status = order_of(app, house, orders[number]).status
        assert status in TRUE_IN[said], (said, status)
    return len(peer.asked)


def _told(body: bytes) -> tuple[str, int]:
    text = parse_qs(body.decode())["Body"][0]
    number = int(text.partition("order ")[2].partition(" ")[0])
    return next(said for said in TRUE_IN if said in text), number


def _states(app: Flask, house: House) -> list[State]:
    working = Working(app, house)
    with working.inside():
        query = db.select(GuestMessage.state).where(GuestMessage.tenant_id == house.tenant_id)
        return list(db.session.scalars(query))


def test_all_kinds_but_those_that_need_more_are_judged() -> None:
    assert len(TRUE_IN) == len(Kind) - 2  # ready is for those who fetch; nothing was promised
