"""An old board and the frames that followed are a fresh board: after every verb, and any sequence of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import pytest
from flask import Flask
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ordertrack.boards.channel import BoardChannel
from ordertrack.boards.columns import BOARDS, Board
from ordertrack.database.session import tenant_context
from ordertrack.i18n.topic_keys import key_of
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Message
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import AddLine, ChangeLine, SetFields, VoidLine
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import operations, pace, roster, rule_sets
from ordertrack.restaurants.pace import PaceState
from ordertrack.restaurants.roster import Rider
from ordertrack.restaurants.save import save_operations, save_pace
from ordertrack.rules.order_actions import DETAILED_ACTS, LINE_ACTS, IllegalAct, OrderAction
from ordertrack.rules.order_changes import IllegalChange
from ordertrack.rules.state_machine import Fulfilment, IllegalTransition, OrderStatus, RuleSet
from ordertrack.tenants.restaurants import find_restaurant
from soak.reading.screens import BoardScreen
from support.cast import PASSWORD, House, Person

MOVES = [status for status in OrderStatus if status != OrderStatus.PENDING]
ACTS = [act for act in OrderAction if act != OrderAction.CHANGE]
CHANGES = ("add", "void", "change line", "note", "promise", "customer", "amounts")
SETTINGS = ("rules", "pace", "roster", "operations")

Verb = tuple[str, Any]
VERBS: list[Verb] = [
    ("place", False),
    ("place", True),
    *(("move", status) for status in MOVES),
    *(("act", act) for act in ACTS),
    *(("change", what) for what in CHANGES),
    *(("set", what) for what in SETTINGS),
]


@dataclass
class OldBoard:
    """A board as somebody opened it, and what has come down its stream since."""

    board: Board
    person: Person
    screen: BoardScreen = field(default_factory=BoardScreen)
    seq: int = 0

    @property
    def columns(self) -> dict[str, list[Any]]:
        return {
            name: sorted(cards.values(), key=lambda card: (card.sort_key, card.id))
            for name, cards in self.screen.columns.items()
        }


class Scene:
    """A house whose orders somebody works at, and the boards that were opened meanwhile."""

    def __init__(self, app: Flask, house: House) -> None:
        self.app, self.house = app, house
        with tenant_context(app, house.tenant_id):
            found = find_restaurant(house.tenant_id, house.restaurants[0])
            assert found is not None
            self.restaurant_id = found.id
        self.orders: list[uuid.UUID] = []
        self.boards: list[OldBoard] = []
        self._clients = {who.email: app.test_client() for who in (house.nour, house.karim)}
        for email, client in self._clients.items():
            answer = client.post("/login", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 302

    def open_boards(self) -> None:
        for name, person in (("kitchen", self.house.nour), ("dispatch", self.house.karim)):
            opened = OldBoard(BOARDS[name], person)
            self._load(opened)
            self.boards.append(opened)

    def do(self, verb: Verb, which: int = -1, line: int = 1) -> bool:
        """Whether the rules allow it; then every board hears of it."""
        kind, what = verb
        with tenant_context(self.app, self.house.tenant_id):
            try:
                is_setting = getattr(self, f"_{kind}")(what, which, line)
            except (IllegalTransition, IllegalAct, IllegalChange):
                return False
            self._tell(anew=bool(is_setting))
        return True

    def assert_every_board_is_fresh(self) -> None:
        fresh: dict[str, OldBoard] = {}
        for old in self.boards:
            if old.board.name not in fresh:
                fresh[old.board.name] = OldBoard(old.board, old.person)
                self._load(fresh[old.board.name])
            assert old.columns == fresh[old.board.name].columns, f"the old {old.board.name} board"

    def order(self, which: int = -1) -> OrderRecord:
        found = records.find(self.house.tenant_id, self.orders[which % len(self.orders)])
        assert found is not None
        return found

    def _load(self, board: OldBoard) -> None:
        address = f"/r/{self.house.restaurants[0]}/{board.board.name}"
        stream = board.screen.load(self._clients[board.person.email].get(address).text)
        assert stream is not None
        board.seq = Cursor.parse(stream.rpartition("after=")[2]).seq

    def _tell(self, *, anew: bool) -> None:
        """Tell each board what it has not heard. What several are told is made once, as for all who watch."""
        key, head = key_of(self.restaurant_id, "en"), event_log.head(self.house.tenant_id)
        since = cache(lambda seq: event_log.changes_after(self.house.tenant_id, seq, 100))
        said: dict[tuple[str, Any], str] = {}

        def once(board: Board, what: Any, say: Callable[[], Message]) -> str:
            if (board.name, what) not in said:
                said[board.name, what] = say().data
            return said[board.name, what]

        for old in self.boards:
            channel = BoardChannel(old.board)
            if anew:
                topic = channel.topic(self.house.tenant_id, self.restaurant_id, "en")
                old.screen.apply(once(old.board, topic, partial(channel.snapshot, topic, head)))
            for change in since(old.seq):
                if key in channel.keys(change):
                    old.screen.apply(once(old.board, change.cursor, partial(channel.render, change, key)))
                old.seq = change.cursor.seq

    def _place(self, is_later: bool, _which: int, line: int) -> None:
        promise = dt.datetime.now(dt.UTC) + dt.timedelta(hours=20) if is_later else None
        lines = tuple(NewItem(f"Dish {number}", number) for number in range(1, 4))
        fulfilment = list(Fulfilment)[line % len(Fulfilment)] if line > 1 else Fulfilment.DELIVERY
        order = NewOrder(self.house.restaurants[0], fulfilment, lines, promised_at=promise)
        self.orders.append(intake.place(order, by=self.house.program)[0])

    def _move(self, to: OrderStatus, which: int, _line: int) -> None:
        by = self.house.maya.principal
        transitions.advance(self.order(which).id, to, by=by, reason="It had to be")

    def _act(self, act: OrderAction, which: int, line: int) -> None:
        order = self.order(which)
        if act == OrderAction.FIRE and not order.is_later:
            raise IllegalAct(act, order.status, ())
        actions.act(
            order.id,
            act,
            by=self.house.program,
            line=order.lines[line % len(order.lines)].position if act in LINE_ACTS else None,
            detail="Nadim" if act in DETAILED_ACTS else None,
            minutes=10 if act == OrderAction.DELAY else None,
        )

    def _change(self, what: str, which: int, line: int) -> None:
        order = self.order(which)
        position = order.lines[line % len(order.lines)].position
        made = {
            "add": AddLine(NewItem("Soup", 2, "hot")),
            "void": VoidLine(position),
            "change line": ChangeLine(position, NewItem("Rice", 3)),
            "note": SetFields({"note": f"Note {line}"}),
            "promise": SetFields({"promised_at": dt.datetime.now(dt.UTC) + dt.timedelta(hours=1 + 6 * line)}),
            "customer": SetFields({"customer": {"name": "Rana", "phone": f"+961 {line}"}}),
            "amounts": SetFields({"amounts": {"currency": "LBP", "total": 100 + line, "to_collect": line}}),
        }[what]
        changes.change(order.id, [made], by=self.house.program, expected_revision=order.revision)

    def _set(self, what: str, _which: int, line: int) -> bool:
        tenant_id, by = self.house.tenant_id, self.house.maya.principal
        if what == "rules":
            rule_sets.choose(list(RuleSet)[line % 2], by=by)
        elif what == "pace":
            held = pace.of_restaurant(tenant_id, self.restaurant_id)
            save_pace(replace(held, state=PaceState.BUSY, minutes=1 + line), by=by)
        elif what == "roster":
            roster.save(self.restaurant_id, Rider("NADIM", f"+961 {line}", is_here=True), by=by)
        else:
            settings = operations.of_restaurant(tenant_id, self.restaurant_id)
            save_operations(replace(settings, recall_within=60 * (1 + line)), by=by)
        return True


@pytest.fixture
def scene(app: Flask, cedar: House) -> Scene:
    made = Scene(app, cedar)
    assert made.do(("set", "rules"), line=list(RuleSet).index(RuleSet.EXTENDED))
    return made


def ways(act: OrderAction) -> Iterator[Verb]:
    """What makes this act one that changes something."""
    before = {
        OrderAction.UNSTRIKE: OrderAction.STRIKE,
        OrderAction.UNRUSH: OrderAction.RUSH,
        OrderAction.RELEASE: OrderAction.HOLD,
        OrderAction.UNASSIGN: OrderAction.ASSIGN,
    }
    yield "place", act == OrderAction.FIRE
    if act != OrderAction.FIRE:
        yield "move", OrderStatus.CONFIRMED
    if act == OrderAction.ACKNOWLEDGE:
        yield "change", "add"
    if act in before:
        yield "act", before[act]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_reaches_an_old_board(scene: Scene, act: OrderAction) -> None:
    for verb in ways(act):
        assert scene.do(verb)
    scene.open_boards()
    assert scene.do(("act", act))
    scene.assert_every_board_is_fresh()


LEGAL = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING)


@pytest.mark.parametrize("steps", range(len(LEGAL) + 1))
@pytest.mark.parametrize("to", MOVES)
def test_a_move_reaches_an_old_board(scene: Scene, to: OrderStatus, steps: int) -> None:
    assert scene.do(("place", False))
    for step in LEGAL[:steps]:
        assert scene.do(("move", step))
    scene.open_boards()
    scene.do(("move", to))  # what is refused must leave boards as they are, too
    scene.assert_every_board_is_fresh()


@pytest.mark.parametrize("is_later", [False, True], ids=["now", "later"])
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_reaches_an_old_board(scene: Scene, what: str, is_later: bool) -> None:
    assert scene.do(("place", is_later))
    assert scene.do(("place", False))
    scene.open_boards()
    assert scene.do(("change", what), which=0, line=2)
    scene.assert_every_board_is_fresh()


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_reaches_an_old_board(scene: Scene, what: str) -> None:
    for is_later in (False, True, False):
        assert scene.do(("place", is_later))
    assert scene.do(("move", OrderStatus.CONFIRMED))
    scene.open_boards()
    assert scene.do(("set", what), line=2)
    scene.assert_every_board_is_fresh()


STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 3), st.integers(1, 3), st.booleans()),
    min_size=8,
    max_size=30,
)


# Not shrunk: that would take minutes, and a sequence says all that was done.
@hypothesis_settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(steps=STEPS)
def test_boards_opened_at_any_time_stand_as_fresh_ones_after_any_sequence(
    app: Flask, make_house: Callable[..., House], steps: list[tuple[Verb, int, int, bool]]
) -> None:
    scene = Scene(app, make_house("Cedar", ("hamra", "jounieh")))
    for verb in (("set", "rules"), ("place", False), ("place", True)):
        scene.do(verb)
    for verb, which, line, opens in steps:
        if opens and len(scene.boards) < 6:
            scene.open_boards()
        scene.do(verb, which, line)
    scene.assert_every_board_is_fresh()
