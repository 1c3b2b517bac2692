"""How gunicorn serves ordertrack; the patch comes first, or what was imported before it blocks the worker."""

from ordertrack.server import starting

starting.heed()

from gevent import monkey  # noqa: E402

monkey.patch_all()

from ordertrack.monitoring import garbage  # noqa: E402

garbage.look_rarely()

import gc  # noqa: E402
from typing import Any  # noqa: E402

import psycopg.waiting  # noqa: E402

from ordertrack.database.config import Settings  # noqa: E402
from ordertrack.server import (  # noqa: E402
    application,  # noqa: F401 (what takes longest, while the database is made ready)
    lifecycle,
    port,
    preparing,
)

assert getattr(psycopg.waiting.wait, "__name__", "") != "wait_c", (
    "psycopg was imported before gevent patched it"
)

starting.receive()
_settings = Settings.from_environment()

bind = [f"fd://{each}" for each in starting.descriptors_of(preparing.LISTENERS)] or [
    f"{f'[{_settings.host}]' if ':' in _settings.host else _settings.host}:{_settings.port}"
]
workers = _settings.workers
loglevel = "warning" if _settings.demo else "info"
worker_class = "ordertrack.server.worker.Worker"
# Workers share what the master has loaded, and begin at once. It connects to nothing, and starts no thread.
preload_app = True
backlog = 4096
# No header says under which path we are, or that a request came over TLS, not from this machine either: the
# application believes the proxies that were counted.
forwarder_headers = ""
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
graceful_timeout = 5
keepalive = 5  # any but 0: how long is said in ordertrack.incoming
sendfile = False  # a file too is sent through what bounds how long that may take
control_socket_disable = True
# A stream counts as one request, so a limit on requests would end workers at random.
max_requests = 0


def when_ready(server: Any) -> None:
    lifecycle.announce(_settings, server)
    # What is looked through is written to, and would be each worker's own.
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    port.choose_place(server, worker)


def post_fork(server: Any, worker: Any) -> None:
    port.keep_own(server, worker)


def post_worker_init(worker: Any) -> None:
    lifecycle.listen(worker)
    # What is there by now stays for good: looking through it for garbage again and again holds every tap up.
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    lifecycle.forget_worker(worker.pid)


def on_exit(_server: Any) -> None:
    lifecycle.finish(_settings)
