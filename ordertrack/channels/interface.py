"""What a channel is: a package `channels/<name>/` whose `CHANNEL` is a `Channel`, and nothing else to change.

How one is written stands in `docs/CHANNELS.md`. In short:

1. A peer calls `/channels/<code>/…`, the address of one connection. `receive` says whether the call is the
   peer's own and which payloads it brings; they are kept raw and committed, then answered as `Received` says.
   A channel that is asked instead (or besides, as nobody tells twice) has `polls_every` and `poll`.
2. `understand` makes of one payload what it says of orders (`Said`), from what was kept and nothing else:
   it is called again whenever somebody plays one again. It raises `Nothing` or `Refused` with a sentence.
3. The house applies a `Said` (`applying`): the order is placed once, changed by what differs from what the
   channel said before, and walked to its status (`walking`). An older state undoes nothing of a newer one.
   The entries that this makes in the log have `source: channel` and the `connection` in their metadata.
4. What happens to the order here is told: `tells` chooses among the log's entries, `tell` makes the call, in
   a job that comes again until it says that it is done. What the channel itself moved is never told back.

`receive` runs inside the peer's request: it calls nobody. `poll`, `tell` and `test` run in the process beside
the workers and call through `outgoing.client.send`; what that raises they may let through (`CallFailed`).
A channel holds nothing between calls: what it has to remember goes into `Said.facts` (kept with the order,
handed to `tell` in `Told`) or the cursor of `poll`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from ordertrack.channels.fields import Field, Kind
from ordertrack.following.jobs import Again, Done, Failed
from ordertrack.i18n.translate import marked
from ordertrack.orders.changing.change_draft import Change
from ordertrack.orders.log.entries import EventRecord
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import OrderStatus

__all__ = [
    "Again",
    "Asked",
    "Batch",
    "Channel",
    "Connection",
    "Done",
    "Failed",
    "Field",
    "Kind",
    "Nothing",
    "Payload",
    "Received",
    "Refused",
    "Said",
    "Sentence",
    "Told",
    "Way",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A marked sentence and what stands in it, to be said in the language of whoever reads it."""

    said: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Became(Exception):
    """What a payload came to instead of an order: carries a `sentence`, and which order it is of, if any."""

    order_id: uuid.UUID | None = None

    def __init__(self, said: str, /, **values: str | int) -> None:
        self.sentence = Sentence(said, values)
        super().__init__(said % values if values else said)


class Nothing(Became):
    """There is nothing to do, and nothing is wrong: a ping, an order that is not paid yet."""


class Refused(Became):
    """No order can be made of it, or it cannot be changed so; somebody may mend that and play it again."""


class Way(StrEnum):
    CALLED = "called"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Connection:
    """A company's connection to a channel: what a channel knows of whom it works for.

    `settings` are the values of the channel's own fields by name: a text each, of `Kind.TICKS` a list of
    texts. `secrets` are those of its fields of `Kind.SECRET`. `branches` are the slugs of its restaurants by
    the name that each has in the channel; `address` is what the peer calls, a slash at its end,
    where the operator has said by which name the house is called.
    """

    tenant_id: uuid.UUID
    id: uuid.UUID
    channel: str
    name: str
    branches: Mapping[str, str]
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    made_at: dt.datetime
    address: str | None = None

    @property
    def actor(self) -> str:
        """By whom its orders are, in the log and beside their external ids."""
        return f"channel:{self.id}"

    def restaurant(self, branch: str | None) -> str:
        """The slug of the restaurant that the channel calls so; raises Refused.

        With one restaurant alone, whose name in the channel nobody gave, everything is for that one.
        """
        named = {name.casefold(): slug for name, slug in self.branches.items()}
        wanted = (branch or "").strip()
        if (found := named.get(wanted.casefold())) is not None:
            return found
        if list(named) == [""]:
            return named[""]
        if not wanted:
            raise Refused(marked("The order does not say for which restaurant it is."))
        raise Refused(
            marked("No restaurant of this connection is called “%(branch)s” there."), branch=wanted[:100]
        )


_NOT_YET = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of the peer's, as it came. `path` follows the code; names of `headers` are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payload:
    """Something to be kept: what of a call, or of an answer, tells of one order.

    `topic` is what it is about, as the peer names it; `external_id` the order's in the channel, if that can
    be told before it is read; `headers` those that are needed to judge it once more, in small letters.
    `state`, if the channel has one, is the same text for the same state of the same order: what is asked for
    is not kept again where that state came before. `is_suspect` marks what does not prove to be the peer's:
    few of them are kept, and `understand` judges them again by their headers. `received_at` and `way` are set
    when it is kept.
    """

    topic: str
    body: bytes = field(repr=False)
    external_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    state: str | None = None
    is_suspect: bool = False
    received_at: dt.datetime = _NOT_YET
    way: Way = Way.CALLED


@dataclass(frozen=True, slots=True)
class Received:
    """What a call brings, and what the peer is answered once that is kept."""

    payloads: tuple[Payload, ...] = ()
    status: int = 200
    body: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of what the peer was asked for, and with which `cursor` to go on once it is kept."""

    payloads: tuple[Payload, ...]
    cursor: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What a payload says of one order, known in the channel as `external_id`.

    `as_of`: which state of the order it is; what says nothing of that is taken for the newest. `order`: what
    is ordered, whole, as it is to be made or to stand now; its metadata are added to. `changes`:
    for a channel that tells only what is another, made of the order as it is; after `order`, if both are
    there. `status`: where the order has come to in the channel, with a `reason` where it was cancelled.
    `makes`: whether an order that is not here yet is made of it. `may_go_back`: whether `status` may lie
    before the one that the order has (a rider came back); else that is old news. `facts` are kept with the
    order, over those of before.
    """

    external_id: str
    as_of: dt.datetime | None = None
    order: NewOrder | None = None
    changes: Callable[[OrderRecord], Sequence[Change]] | None = None
    status: OrderStatus | None = None
    reason: str | None = None
    makes: bool = True
    may_go_back: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told of one order: `event` of the log, the `order` as it is now, and the `facts` kept.

    `order.status` may be further than `event.to_status` by now.
    """

    external_id: str
    order: OrderRecord
    event: EventRecord
    facts: Mapping[str, Any]


class Channel(ABC):
    """One kind of shop or platform. `name` is that of its folder, `title` what people call it."""

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    """A marked sentence for the page: what it brings."""
    steps: ClassVar[tuple[str, ...]] = ()
    """Marked: what to do in the other system, once the connection and its address are there; shown until the
    peer has called."""
    fields: ClassVar[tuple[Field, ...]] = ()
    branch_label: ClassVar[str]
    """Marked: what a restaurant's name in the channel is called there."""
    path: ClassVar[str] = ""
    """What of the address follows the code, for people who copy it."""
    told_of_arrivals: ClassVar[bool] = False
    """Whether it is to know that an order has come, besides what becomes of it."""
    not_kept: ClassVar[int] = 429
    """How a call is answered that is not kept because too many come, or is too large."""
    polls_every: ClassVar[int | None] = None
    """Seconds; None: it is never asked."""

    def check(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the settings beyond what each field checks: sentences by field."""
        return {}

    @abstractmethod
    def receive(self, connection: Connection, asked: Asked) -> Received:
        """Which payloads a call brings; whatever came is kept, also what `understand` will refuse."""

    @abstractmethod
    def understand(self, connection: Connection, payload: Payload) -> Sequence[Said]:
        """What a payload says; raises Nothing or Refused. Raising anything else says: not understood."""

    def poll(self, connection: Connection, cursor: Mapping[str, Any]) -> Iterator[Batch]:
        """What is new, in parts; once a part is kept and committed the next is asked for."""
        return iter(())

    def tells(self, connection: Connection, event: EventRecord) -> bool:
        """Whether the channel is told of this event of one of its orders."""
        return False

    def tell(self, connection: Connection, told: Told) -> Done | Again | Failed:
        """Tell it. The same may be told twice, where this process died over it.

        Again(0) comes again after a time that grows, until a day after the event.
        """
        raise NotImplementedError

    def test(self, connection: Connection) -> Sentence:
        """Try whether the peer can be reached and lets us in; raises Refused or CallFailed.

        Nothing if it need not be reached: then it neither works nor fails.
        """
        raise NotImplementedError
