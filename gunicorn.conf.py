"""How gunicorn serves ordertrack; the patch comes first, or what was imported before it blocks the worker."""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
from typing import Any  # noqa: E402

import psycopg.waiting  # noqa: E402

from ordertrack.database.config import Settings  # noqa: E402
from ordertrack.server import lifecycle, port  # noqa: E402

assert getattr(psycopg.waiting.wait, "__name__", "") != "wait_c", (
    "psycopg was imported before gevent patched it"
)

_settings = Settings.from_environment()

bind = f"{f'[{_settings.host}]' if ':' in _settings.host else _settings.host}:{_settings.port}"
workers = _settings.workers
loglevel = "warning" if _settings.demo else "info"
worker_class = "ordertrack.server.worker.Worker"
backlog = 4096
reuse_port = port.IS_DEALT_OUT
forwarder_headers = ""  # no header says under which path we are
graceful_timeout = 5
keepalive = 5  # any but 0: how long is said in ordertrack.incoming
control_socket_disable = True
# A stream counts as one request, so a limit on requests would end workers at random.
max_requests = 0


def when_ready(server: Any) -> None:
    lifecycle.announce(_settings, server)


# By Python's own figures everything that a worker keeps is looked through every few seconds, for some hundred
# objects of garbage: 95 to 180 ms with 9,000 streams, in which every tap waits. What requests leave behind is
# found while it is young, and streams leave nothing behind; the rest may wait for minutes.
GARBAGE = (10_000, 20, 50)


def post_worker_init(worker: Any) -> None:
    lifecycle.listen(worker)
    # What is there by now stays for good: looking through it for garbage again and again holds every tap up.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def worker_exit(_server: Any, _worker: Any) -> None:
    lifecycle.leave()


def child_exit(_server: Any, worker: Any) -> None:
    lifecycle.forget_worker(worker.pid)


def on_exit(_server: Any) -> None:
    lifecycle.finish(_settings)
