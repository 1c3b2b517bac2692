"""What happens around the web server: before it starts, in each worker, and when it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import click
import gevent

from ordertrack.database import connecting, embedded, handed_address, room, session
from ordertrack.database.config import BACKUP, BACKUP_URL, DIRECT, ROOT, Settings
from ordertrack.database.data_folder import refuse_strangers
from ordertrack.database.same_database import refuse_another_database
from ordertrack.live.owners import Mailboxes
from ordertrack.server import port as addresses
from ordertrack.server.children import Children

CLAIM_PATIENCE = 8.0  # seconds
_children: Children | None = None
_keeper: embedded.Keeper | None = None
_leaving: threading.Thread | None = None
_mailboxes: Mailboxes | None = None
_handed: dict[str, int] = {}
# Seconds.
_TIME_TO_LEAVE = 2.0
_FIRST_CODE = "ORDERTRACK_FIRST_CODE"  # from this process to the one that it becomes, and no further


class DataFolderInUse(RuntimeError):
    """Another server runs on this data folder."""


def run(settings: Settings) -> NoReturn:
    """Bring the database up to date, then become gunicorn: this process is its master from then on."""
    from ordertrack.database import schema, secret  # gunicorn, which we become, does without them

    lock = claim(settings.data_folder)
    schema.upgrade(settings)
    secret.see_to_it(settings)
    refuse_another_database(settings)
    refuse_unsafe_role(settings)
    if (doubt := room.doubt(settings)) is not None:
        click.echo(doubt, err=True)
    if settings.demo:
        from ordertrack.demo.house.people import prepare

        prepare(settings)
    environment = {
        _FIRST_CODE: _first_code(settings) or "",
        **os.environ,
        "ORDERTRACK_DATA": str(settings.data_folder),  # may have been said from another folder
        "PORT": str(
            addresses.hold(settings.host, settings.port) if addresses.IS_DEALT_OUT else settings.port
        ),
        "PROMETHEUS_MULTIPROC_DIR": str(_fresh_metrics_folder(settings.data_folder)),
        # Workers never need the address of the schema's owner, by whichever way.
        "ORDERTRACK_APP_DATABASE_URL": settings.app_url.render_as_string(hide_password=False),
        DIRECT: settings.app_direct_url.render_as_string(hide_password=False) if settings.is_pooled else "",
        "SECRET_KEY": settings.secret_key,
        # The folder of its socket, which it must have again if it has to be started again.
        "ORDERTRACK_OWNS_DATABASE": (
            str(settings.operator_url.query["host"]) if settings.database_url is None else ""
        ),
    }
    environment |= _handed_on(settings)
    for name in ("DATABASE_URL", BACKUP_URL):
        environment.pop(name, None)
    os.chdir(ROOT)
    sys.stdout.flush()
    sys.stderr.flush()
    os.set_inheritable(lock, True)
    arguments = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "app:app"]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 (our own interpreter, no shell)


def _handed_on(settings: Settings) -> dict[str, str]:
    """What who writes logs and who makes backups has to know; the embedded database they find themselves."""
    said = {}
    urls = {handed_address.OWNER: settings.operator_url} if settings.database_url is not None else {}
    if settings.backup is not None:
        said[BACKUP] = str(settings.backup)  # may have been said from another folder
        if settings.database_url is not None or settings.backup_database_url is not None:
            urls[handed_address.BACKUP] = settings.backup_url
    for variable, url in urls.items():
        said[variable] = str(handed_address.keep(url.render_as_string(hide_password=False)))
    return said


def _first_code(settings: Settings) -> str | None:
    """What opens the house, made anew as long as there is no company in it."""
    from ordertrack.database.app import make_bare_app
    from ordertrack.setup import invitations

    with make_bare_app(settings, as_operator=True).app_context():
        try:
            return invitations.make_first()
        finally:
            session.db.session.remove()
            session.db.engine.dispose()


def claim(folder: Path, patience: float = CLAIM_PATIENCE) -> int:
    """Make this the one server of its data folder, until its last process has gone; the open lock.

    A second one would end the first one's database on its way out. One that was just killed needs a moment
    to go, so the claim waits a little before it raises DataFolderInUse.
    """
    refuse_strangers(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DataFolderInUse(
                    f"Another server is using {folder}. Stop it, or give this one a folder of its own with"
                    " ORDERTRACK_DATA."
                ) from None
            time.sleep(0.1)


def _fresh_metrics_folder(data_folder: Path) -> Path:
    """Where the workers count: in memory, if the machine lets us.

    They map these files, and to touch a new page of a mapped file on a full disk kills a process (SIGBUS):
    with the metrics beside the database, a full disk would take down every worker and stream with it.
    """
    memory = Path("/dev/shm")  # noqa: S108 (checked below)
    name = f"ordertrack-{os.getuid()}-{sha256(str(data_folder).encode()).hexdigest()[:16]}"
    folder = memory / name if os.access(memory, os.W_OK) else data_folder / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    # Somebody else's folder of this name would make this fail rather than be used.
    folder.mkdir(parents=True, mode=0o700)
    return folder


def refuse_unsafe_role(settings: Settings) -> None:
    """Raise UnsafeDatabaseRole unless the application's role is confined."""
    engine = connecting.short_lived(settings.app_url)
    with engine.connect() as connection:
        session.refuse_unsafe_role(connection)


def announce(settings: Settings, server: Any) -> None:
    """In the master, as the workers begin: keep the database up, and say where once somebody answers."""
    global _keeper, _children, _mailboxes, _handed
    from ordertrack.monitoring import metrics
    from ordertrack.web import errors

    metrics.started_at.set_to_current_time()
    errors.rehearse(server.app.wsgi())  # once, and shared by all workers
    if settings.workers > 1 and _mailboxes is None:
        _mailboxes = Mailboxes(settings.workers)
    if socket_folder := os.environ.get("ORDERTRACK_OWNS_DATABASE"):
        _keeper = embedded.Keeper(settings.data_folder, socket_folder, server.log)
        _keeper.start()
    if server.LISTENERS:
        host, port = server.LISTENERS[0].sock.getsockname()[:2]
    else:
        host, port = settings.host, settings.port
    for doubt in doubts(settings):
        server.log.warning("%s", doubt)
    handed = {each: handed_address.handed_on(each) for each in (handed_address.BACKUP, handed_address.OWNER)}
    _handed = {variable: descriptor for variable, descriptor in handed.items() if descriptor is not None}
    _children = Children(_handed)
    gevent.spawn(_open, settings, host, port, _children, os.environ.pop(_FIRST_CODE, ""))
    _end_together(_children)
    # gunicorn's own answer to Ctrl-C cuts off requests under way; an operator's SIGTERM lets them end.
    signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


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


def _open(settings: Settings, host: str, port: int, children: Children, first_code: str) -> None:
    """Say where the server is once it answers there, and set the demo's rush going.

    Of an empty house it is one address only: the one at which a company is founded.
    """
    addresses.wait_for(host, port)
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
    children.keep("beside", "background", "follow", *(["backups"] if settings.backup else []))


def listen(worker: Any) -> None:
    """In a worker: start what it keeps, and end its streams as soon as the worker is told to go."""
    global _leaving
    from ordertrack.monitoring.samples import Samples
    from ordertrack.overview.keeper import OverviewKeeper
    from ordertrack.presence.tracker import ScreenTracker
    from ordertrack.streams import sse

    handed_address.forget(_handed.values())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the master says when to go
    app = worker.app.wsgi()
    hub = app.extensions["hub"]
    hub.most_streams = min(hub.most_streams, worker.room.streams)
    sse.start(app, _mailboxes)
    screens = ScreenTracker(app, hub)
    screens.start()
    overview = OverviewKeeper(app, hub)
    overview.start()
    sharing = app.extensions["sharing"]
    sharing.start()
    samples = Samples(app)
    samples.start()

    def watch() -> None:
        while worker.alive:
            time.sleep(0.1)
        sse.stop(app)
        screens.stop()
        overview.stop()
        sharing.stop()
        samples.stop()

    _leaving = threading.Thread(target=watch, name="shutdown", daemon=True)
    _leaving.start()


def leave() -> None:
    """In a worker that ends: let it hand over what it kept account of."""
    if _leaving is not None:
        _leaving.join(_TIME_TO_LEAVE)


def forget_worker(pid: int) -> None:
    """In the master: a dead worker's gauges no longer count."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def finish(settings: Settings) -> None:
    """In the master, at the end: no rush, no roll-up and no embedded database outlives the server."""
    if _children is not None:
        _children.end()
    if _keeper is not None:
        _keeper.stop()
    if os.environ.get("ORDERTRACK_OWNS_DATABASE"):
        embedded.stop(settings.data_folder)
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
