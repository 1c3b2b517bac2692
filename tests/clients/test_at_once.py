"""sseclient-py on requests hands an event on as soon as it is sent, for it comes in a chunk of its own."""

from __future__ import annotations

import time
from contextlib import closing

import requests
import sseclient

from faults.load import PROGRAM
from support.cast import House
from support.http_client import Caller
from support.server import Server

AT_ONCE = 5.0  # seconds; a heartbeat, which would push it out, may take three times as long
ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


def test_an_event_comes_at_once_over_requests(server: Server, cedar: House) -> None:
    address = f"{server.address}{PROGRAM}"
    with closing(requests.get(address, headers=cedar.bearer, stream=True, timeout=20)) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        placed = Caller(server.port, cedar.bearer).call("/api/v1/orders", body=ORDER).json
        began = time.monotonic()
        event = next(event for event in sseclient.SSEClient(answer).events() if event.event != "hb")
        assert time.monotonic() - began < AT_ONCE
        assert placed["id"] in event.data
