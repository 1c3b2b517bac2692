"""One owner a tenant and host: the worker that holds all of the tenant's streams, whoever let them in.

A stream goes to its owner as a message with the client's socket. Each worker has a mailbox for these, made
before the workers: what is sent to one that has just died waits for the worker that comes in its place.

A tenant falls to a mailbox with the first stream of it, to the one that has the fewest: by chance alone, one
of two workers would have fifteen of twenty tenants now and then.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import json
import mmap
import os
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog

from ordertrack.monitoring import metrics

LARGEST = 64 * 1024  # bytes of a message
SLOTS = 4096  # tenants whose ids agree in so many are owned together
CLAIMS_EVERY = 0.5  # seconds between two tries of a worker to get a mailbox, where all are taken
SENT_WITHIN = 1.0  # seconds in which a mailbox must have room
ANSWERED_WITHIN = 5.0  # seconds that whoever hands a stream over waits to hear of a refusal
_log = structlog.get_logger(__name__)

Said = dict[str, Any]
"""A message: what `json` can write."""


class Mailboxes:
    """The mailboxes of a host's workers; to be made in the process that starts them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._claims = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the server)
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(count)]
        # As descriptors: what waits for a socket belongs to one process's event loop.
        self._ends = [(inbox.detach(), outbox.detach()) for inbox, outbox in pairs]
        self._owners = mmap.mmap(
            -1, SLOTS
        )  # of each slot one more than its mailbox's number; 0: nobody's yet
        self._in_this_process = threading.Lock()  # the lock of the file keeps other processes out only

    def close(self) -> None:
        """To be called where the process goes on without a server."""
        self._claims.close()
        self._owners.close()
        for inbox, outbox in self._ends:
            os.close(inbox)
            os.close(outbox)

    def claim(self) -> int | None:
        """Take a mailbox that nobody has, until this process ends or gives it back."""
        for number in range(self.count):
            with suppress(OSError):
                fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
                return number
        return None

    def give_back(self, number: int) -> None:
        fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, number)

    def of(self, tenant_id: uuid.UUID) -> int | None:
        """The number of the tenant's mailbox; None while no stream of it was asked for."""
        one_more = self._owners[tenant_id.int % SLOTS]
        return one_more - 1 if one_more else None

    def settle(self, tenant_id: uuid.UUID) -> int:
        """The number of the tenant's mailbox, which from now on is the one with the fewest if it had none."""
        settled = self.of(tenant_id)
        if settled is not None:
            return settled
        with self._in_this_process:
            fcntl.lockf(self._claims, fcntl.LOCK_EX, 1, self.count)
            try:
                settled = self.of(tenant_id)
                if settled is None:
                    taken = self._owners[:]
                    settled = min(range(self.count), key=lambda number: taken.count(number + 1))
                    self._owners[tenant_id.int % SLOTS] = settled + 1
            finally:
                fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, self.count)
        return settled

    def inbox(self, number: int) -> socket.socket:
        return socket.socket(fileno=os.dup(self._ends[number][0]))

    def outbox(self, number: int) -> socket.socket:
        return socket.socket(fileno=os.dup(self._ends[number][1]))


class Owners:
    """This worker among the owners of its host.

    `take(said, client, answer)` takes a stream in: it calls `answer` once, with what refuses it, or with None
    when it is this worker's from then on. `wake(tenant_id, seq)` hears that a log has grown.
    """

    def __init__(
        self,
        mailboxes: Mailboxes,
        take: Callable[[Said, socket.socket, Callable[[Said | None], None]], None],
        wake: Callable[[uuid.UUID, int], None],
    ) -> None:
        self._mailboxes = mailboxes
        self._take = take
        self._wake = wake
        self._outboxes = [mailboxes.outbox(number) for number in range(mailboxes.count)]
        for outbox in self._outboxes:
            outbox.settimeout(SENT_WITHIN)
        self._sending = [threading.Lock() for _ in self._outboxes]  # only one may wait for room in a mailbox
        self._numbers = itertools.count()
        self._asked: dict[int, _Answer] = {}
        self._stopped = threading.Event()
        self._inbox: socket.socket | None = None
        self.number: int | None = None

    def start(self) -> None:
        threading.Thread(target=self._serve, name="owner", daemon=True).start()

    def stop(self) -> None:
        """Take nothing in any more: what comes from now on waits for the next worker."""
        self._stopped.set()
        inbox, self._inbox = self._inbox, None
        number, self.number = self.number, None
        if inbox is not None and number is not None:
            inbox.close()
            self._mailboxes.give_back(number)

    def is_elsewhere(self, tenant_id: uuid.UUID) -> bool:
        """Whether another worker owns the tenant, and can answer this one."""
        return self.number is not None and self._mailboxes.of(tenant_id) not in (None, self.number)

    def goes_elsewhere(self, tenant_id: uuid.UUID) -> bool:
        """`is_elsewhere` for a stream that is asked for: with it a tenant that had no owner gets one."""
        self._mailboxes.settle(tenant_id)
        return self.is_elsewhere(tenant_id)

    def hand_over(self, tenant_id: uuid.UUID, said: Said, client: socket.socket) -> Said | None:
        """Give the tenant's owner a stream; what refuses it, or None. Raises OSError if it cannot be given.

        An owner that does not answer in time, as one that has just died, has it all the same: it lies in the
        mailbox.
        """
        asked = next(self._numbers)
        answer = self._asked[asked] = _Answer()
        letter = {"stream": said, "of": self.number, "asked": asked}
        try:
            self._send(self._mailboxes.settle(tenant_id), letter, [client.fileno()])
            metrics.handed_over.inc()
            answer.is_here.wait(ANSWERED_WITHIN)
        finally:
            del self._asked[asked]
        return answer.refused

    def wake(self, tenant_id: uuid.UUID, seq: int) -> None:
        """Tell the tenant's owner that its log has grown; a hint, which is lost where that has no room."""
        letter = json.dumps({"grown": [str(tenant_id), seq]}).encode()
        with suppress(OSError):
            self._outboxes[self._mailboxes.settle(tenant_id)].sendmsg([letter], [], socket.MSG_DONTWAIT)

    def _send(self, number: int, letter: Said, descriptors: Sequence[int] = ()) -> None:
        written = json.dumps(letter).encode()
        if len(written) > LARGEST:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        is_sent = 0
        if self._sending[number].acquire(timeout=SENT_WITHIN):
            try:
                is_sent = socket.send_fds(self._outboxes[number], [written], list(descriptors))
            finally:
                self._sending[number].release()
        if not is_sent:  # others took the room, or wait for it too
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def _serve(self) -> None:
        while not self._stopped.is_set():
            number = self._mailboxes.claim()
            if number is None:  # as long as the worker whose place this one takes is not gone yet
                self._stopped.wait(CLAIMS_EVERY)
                continue
            self._inbox = self._mailboxes.inbox(number)
            self.number = number
            self._receive(self._inbox)
            self._stopped.wait(CLAIMS_EVERY)  # it could not be read

    def _receive(self, inbox: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                said, descriptors, _, _ = socket.recv_fds(inbox, LARGEST, 1)
            except OSError as error:
                if not self._stopped.is_set():
                    _log.error("the mailbox cannot be read", error=str(error))
                return
            clients = [socket.socket(fileno=each) for each in descriptors]
            try:
                self._open(json.loads(said), clients)
            except Exception:
                _log.exception("a message to an owner cannot be understood")

    def _open(self, letter: Said, clients: list[socket.socket]) -> None:
        if "grown" in letter:
            tenant_id, seq = letter["grown"]
            self._wake(uuid.UUID(tenant_id), seq)
        elif "answered" in letter:
            answer = self._asked.get(letter["answered"])
            if answer is not None:
                answer.refused = letter["refused"]
                answer.is_here.set()
        elif clients:
            # Catching up may take a while: the next one does not wait for it.
            threading.Thread(
                target=self._take_in, args=(letter, clients[0]), name="taken", daemon=True
            ).start()

    def _take_in(self, letter: Said, client: socket.socket) -> None:
        def answer(refused: Said | None) -> None:
            with suppress(OSError):
                self._send(letter["of"], {"answered": letter["asked"], "refused": refused})

        with client:
            self._take(letter["stream"], client, answer)


class _Answer:
    """What an owner said to a stream that it was handed."""

    def __init__(self) -> None:
        self.is_here = threading.Event()
        self.refused: Said | None = None
