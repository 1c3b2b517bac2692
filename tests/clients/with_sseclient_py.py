"""Reads a stream with sseclient-py on requests, and comes back: `with_sseclient_py.py ADDRESS KEY`.

How to come back its README leaves to whoever uses it: with the last id, after the time that the server said.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import requests
import sseclient

SILENCE = 30.0  # seconds; heartbeats come more often


def events(address: str, key: str) -> Iterator[sseclient.Event]:
    last_event_id, reconnection_delay = None, 1.0
    while True:
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {key}"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        try:
            with requests.get(address, headers=headers, stream=True, timeout=SILENCE) as answer:
                answer.raise_for_status()
                for event in sseclient.SSEClient(answer).events():
                    last_event_id = event.id or last_event_id
                    if event.retry is not None:
                        reconnection_delay = int(event.retry) / 1000
                    yield event
        except requests.RequestException as error:
            sys.stderr.write(f"{error!r}\n")
        time.sleep(reconnection_delay)


def main(address: str, key: str) -> None:
    for event in events(address, key):
        told = {"event": event.event, "id": event.id, "data": event.data}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
