"""Reads a stream with httpx-sse, and comes back as its README has it: `with_httpx_sse.py ADDRESS KEY`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import httpx
from httpx_sse import ServerSentEvent, connect_sse

SILENCE = 30.0  # seconds; heartbeats come more often


def events(client: httpx.Client, address: str) -> Iterator[ServerSentEvent]:
    last_event_id, reconnection_delay = "", 1.0
    while True:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        try:
            with connect_sse(client, "GET", address, headers=headers) as source:
                for sse in source.iter_sse():
                    last_event_id = sse.id
                    if sse.retry is not None:
                        reconnection_delay = sse.retry / 1000
                    yield sse
        except httpx.TransportError as error:
            sys.stderr.write(f"{error!r}\n")
        time.sleep(reconnection_delay)


def main(address: str, key: str) -> None:
    timeout = httpx.Timeout(SILENCE)
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=timeout) as client:
        for sse in events(client, address):
            told = {"event": sse.event, "id": sse.id, "data": sse.data}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
