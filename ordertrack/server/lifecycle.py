"""What happens around the web server: before it starts, in each worker, and when it ends."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import sys
import threading
import time
from functools import partial
from typing import Any

import click
import gevent

from ordertrack.background.forks import READY
from ordertrack.database import embedded, handed_address
from ordertrack.database.config import MOST_WORKERS, Settings
from ordertrack.live.owners import Mailboxes
from ordertrack.server import handover, preparing, starting
from ordertrack.server import port as addresses
from ordertrack.server.children import Children

# Seconds.
_TIME_TO_LEAVE = 2.0
_READY_WITHIN = 60.0
_GIVES_WAY_WITHIN = 35.0  # a little longer than a worker
_WAITS_FOR_OTHERS = 5.0
_LETS_IN = 0.2  # whom a worker had accepted last
_STREAMS_A_SECOND = 1000  # that come back to the server which has taken over
_ACCEPTS_NOBODY, _ANSWERED = 1, 2  # how far a worker is that gives way
_RELOADS_NOTHING = (
    "SIG%s does nothing here: a server reads its settings when it starts, WEB_CONCURRENCY too. Start"
    " another one, with other settings or of another version, by: ordertrack serve --take-over"
)


class _Master:
    """What the master keeps; workers are forked with it, and use what is for them."""

    def __init__(self) -> None:
        self.children: Children | None = None
        self.keeper: embedded.Keeper | None = None
        self.mailboxes: Mailboxes | None = None
        self.door: handover.Door | None = None
        self.addresses: dict[str, int] = {}
        self.takes_over_from: int | None = None
        self.ready: tuple[int, int] | None = None  # a pipe, in which all say that they are ready
        self.owns_database = False
        self._shared = mmap.mmap(-1, 1 + MOST_WORKERS)  # with workers that are running

    @property
    def gives_way(self) -> bool:
        return self._shared[0] == 1

    @gives_way.setter
    def gives_way(self, does: bool) -> None:
        self._shared[0] = int(does)

    def reach(self, place: int, step: int, workers: int) -> None:
        """In a worker that gives way: this far it is. Wait for the others: they hand each other streams."""
        self._shared[1 + place % MOST_WORKERS] = step
        until = time.monotonic() + _WAITS_FOR_OTHERS
        while min(self._shared[1 : 1 + workers]) < step and time.monotonic() < until:
            time.sleep(0.02)


_master = _Master()


def announce(settings: Settings, server: Any) -> None:
    """In the master, as the workers begin: keep the database up, and say where once somebody answers."""
    from ordertrack.monitoring import metrics
    from ordertrack.web import errors

    metrics.started_at.set_to_current_time()
    errors.rehearse(server.app.wsgi())  # once, and shared by all workers
    if settings.workers > 1:
        _master.mailboxes = Mailboxes(settings.workers)
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    for doubt in doubts(settings):
        server.log.warning("%s", doubt)
    for variable in (handed_address.BACKUP, handed_address.OWNER):
        for descriptor in starting.descriptors_of(variable):
            _master.addresses[variable] = descriptor
    first_code = os.environ.pop(preparing.FIRST_CODE, "")
    for taken_over_from in starting.descriptors_of(preparing.TAKES_OVER):
        _master.takes_over_from = taken_over_from
        _master.ready = os.pipe()
        os.set_blocking(_master.ready[0], False)
    told = {READY: _master.ready[1]} if _master.ready else {}
    _master.children = Children(_master.addresses | told)
    for lock in starting.descriptors_of(preparing.LOCK):
        _master.door = _door(settings, server, lock)
    if _master.takes_over_from is None:
        _settle(settings, server)
    gevent.spawn(_open, settings, server, host, port, first_code)
    _end_together(_master.children)
    # gunicorn's own answer to Ctrl-C cuts off requests under way; an operator's SIGTERM lets them end.
    signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    for name in ("HUP", "USR2", "TTIN", "TTOU"):
        setattr(server, f"handle_{name.lower()}", partial(server.log.warning, _RELOADS_NOTHING, name))


def _settle(settings: Settings, server: Any) -> None:
    """From now on the house is this server's: its database, and whether it is handed over to another one."""
    if socket_folder := os.environ.get("ORDERTRACK_OWNS_DATABASE"):
        _master.owns_database = True
        _master.keeper = embedded.Keeper(settings.data_folder, socket_folder, server.log)
        _master.keeper.start()
    if _master.door is not None:
        _master.door.open()


def _door(settings: Settings, server: Any, lock: int) -> handover.Door:
    def give_way() -> None:
        server.log.warning("another server has taken over; this one ends")
        _master.gives_way = True
        server.cfg.set("graceful_timeout", int(_GIVES_WAY_WITHIN))
        os.kill(os.getpid(), signal.SIGTERM)

    def listeners() -> list[int]:
        return [each.sock.fileno() for each in server.LISTENERS]

    return handover.Door(settings.data_folder, lock, listeners, give_way, server.log)


def _end_together(children: Children) -> None:
    """Have what runs beside the workers end while they do, and not after them: a restart waits for both."""
    gunicorns: Any = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: Any) -> None:
        if children.in_master():  # a worker that has just been forked has this handler too
            children.begin_to_end()
        gunicorns(number, frame)

    signal.signal(signal.SIGTERM, end)


def doubts(settings: Settings) -> list[str]:
    """What of the settings does not fit together, though it can be served."""
    said = []
    if (settings.public_url or "").startswith("https:") and not settings.proxies:
        said.append(
            "ORDERTRACK_PUBLIC_URL is https, so a proxy stands in front, but ORDERTRACK_PROXIES is 0: all who"
            " come through it count as one address, and cookies and links are made as for http. Say how many"
            " proxies there are, such as ORDERTRACK_PROXIES=1."
        )
    return said


def _open(settings: Settings, server: Any, host: str, port: int, first_code: str) -> None:
    """Say where the server is once it answers there, and set the demo's rush going.

    Of an empty house it is one address only: the one at which a company is founded.
    """
    children = _master.children
    assert children is not None
    beside = ("beside", "background", "follow", *(["backups"] if settings.backup else []))
    if _master.takes_over_from is None:
        addresses.wait_for(host, port)
    else:
        children.keep(*beside)  # while the other server serves, for it takes long to import
        if not _take_over(settings, server, children):
            return
        beside = ()
    if not children.in_master():
        return
    if first_code:
        click.echo(f"\nordertrack is open at {addresses.site(settings, host, port)}setup/{first_code}")
        click.echo("There is no company yet. Open this address to set up yours: it works once.")
    else:
        click.echo(f"\nordertrack is open at {addresses.at(host, port)}")
    if settings.demo:
        from ordertrack.demo.house import people, tablet_people

        for role, email, password in people.sign_ins(settings):
            click.echo(f"{role}  {email}  {password}")
        click.echo(tablet_people.said(people.pins(settings)))
        # At the pace of life, or reports and estimates would tell of a kitchen that nobody has.
        children.start("rush", "--endless", "--speed", "1", "--rate", "2")
    sys.stdout.flush()
    # What reports read is kept up to date, what is for later begins, what has to go out goes out. Nothing of
    # it is needed to open, and first come those who wait for a page.
    if beside:
        children.keep(*beside)


def _take_over(settings: Settings, server: Any, children: Children) -> bool:
    """Once all is ready here, tell the server that runs to go; whether this is so, and this the master."""
    assert _master.ready is not None and _master.takes_over_from is not None
    ready, until = 0, time.monotonic() + _READY_WITHIN
    while ready <= settings.workers:  # they, and what runs beside them
        gevent.sleep(0.05)
        if not children.in_master():
            return False
        try:
            ready += len(os.read(_master.ready[0], 1))
        except BlockingIOError:
            if time.monotonic() > until:
                server.log.error("not all was ready in time: this server ends, the one before goes on")
                os.kill(os.getpid(), signal.SIGTERM)
                return False
    _settle(settings, server)
    handover.report(_master.takes_over_from)
    _master.takes_over_from = None
    return True


class _Leaving:
    """How a worker goes: its streams end, and it hands over what it kept account of."""

    def __init__(self, worker: Any, app: Any, keepers: list[Any]) -> None:
        self._worker = worker
        self._app = app
        self._keepers = keepers
        self._thread: threading.Thread | None = None

    @property
    def gives_way(self) -> bool:
        return _master.gives_way

    def begin(self) -> None:
        work = self._end_streams if self.gives_way else self._stop
        self._thread = threading.Thread(target=work, name="shutdown", daemon=True)
        self._thread.start()

    def end(self) -> None:
        assert self._thread is not None
        self._thread.join(_GIVES_WAY_WITHIN if self.gives_way else _TIME_TO_LEAVE)
        if self.gives_way:
            self._reach(_ANSWERED)
            self._stop()

    def _reach(self, step: int) -> None:
        _master.reach(self._worker.place, step, self._worker.cfg.workers)

    def _end_streams(self) -> None:
        """One after the other, for all come back: to the server that has taken over, which waits for them."""
        self._reach(_ACCEPTS_NOBODY)
        time.sleep(_LETS_IN)
        self._app.extensions["hub"].send_away(_STREAMS_A_SECOND)

    def _stop(self) -> None:
        from ordertrack.streams import sse

        sse.stop(self._app)
        for keeper in self._keepers:
            keeper.stop()


def listen(worker: Any) -> None:
    """In a worker: start what it keeps, and have its streams end as soon as it is told to go."""
    from ordertrack.monitoring.samples import Samples
    from ordertrack.overview.keeper import OverviewKeeper
    from ordertrack.presence.tracker import ScreenTracker
    from ordertrack.streams import sse

    handed_address.forget(_master.addresses.values())
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the master says when to go
    app = worker.app.wsgi()
    hub = app.extensions["hub"]
    hub.most_streams = min(hub.most_streams, worker.room.streams)
    sse.start(app, _master.mailboxes)
    keepers = [ScreenTracker(app, hub), OverviewKeeper(app, hub), app.extensions["sharing"], Samples(app)]
    for keeper in keepers:
        keeper.start()
    worker.leaving = _Leaving(worker, app, keepers)
    if _master.ready is not None:
        threading.Thread(
            target=_say_when_ready, args=(app, _master.ready[1]), name="ready", daemon=True
        ).start()


def _say_when_ready(app: Any, to: int) -> None:
    listener = app.extensions["listener"]
    owners = app.extensions.get("owners")
    while not (listener.lookout.is_current and (listener.is_connected or listener.may_be_deaf)) or (
        owners is not None and owners.number is None
    ):
        time.sleep(0.02)
    os.write(to, b".")


def forget_worker(pid: int) -> None:
    """In the master: a dead worker's gauges no longer count."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def finish(settings: Settings) -> None:
    """In the master, at the end: no rush, no roll-up and no embedded database outlives the server.

    Where another server has taken over, the database is that one's.
    """
    if _master.door is not None and _master.takes_over_from is None and not _master.gives_way:
        _master.door.close()
    if _master.children is not None:
        _master.children.end()
    if _master.keeper is not None:
        _master.keeper.stop()
    if _master.owns_database and not _master.gives_way:
        embedded.stop(settings.data_folder)
    if folder := os.environ.get(starting.METRICS):
        shutil.rmtree(folder, ignore_errors=True)
