"""The textbook way of server-sent events: a generator and a queue a watcher, on gunicorn's gevent."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response, request
from gevent.queue import Queue

WELCOME = b": connected\n\nevent: hb\ndata: \n\n"

app = Flask(__name__)
watchers: set[Queue] = set()


@app.get("/sub")
def subscribe() -> Response:
    return Response(_frames(), mimetype="text/event-stream")


@app.post("/pub")
def publish() -> tuple[str, int]:
    frame = request.get_data()
    for queue in watchers:
        queue.put(frame)
    return "", 204


def _frames() -> Iterator[bytes]:
    queue: Queue = Queue()
    watchers.add(queue)
    try:
        yield WELCOME
        while True:
            yield queue.get()
    finally:
        watchers.discard(queue)
