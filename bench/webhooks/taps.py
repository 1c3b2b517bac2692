"""Orders placed and moved over the API at a steady pace, and how long each call took."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence

PATH = ("confirmed", "preparing", "ready")
EVENTS = 1 + len(PATH)  # of an order
_ORDER = {"restaurant": "bench", "fulfilment": "delivery", "items": [{"name": "Kebab", "quantity": 1}]}
_FINGERS = 4


class Taps:
    """So many orders a second are placed and moved along; milliseconds of each move, as they were sent."""

    def __init__(self, port: int, key: str, restaurant: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._order = json.dumps({**_ORDER, "restaurant": restaurant})

    def run(self, orders: int, events_a_second: float) -> list[float]:
        """Place and move so many orders; what a worker that died did not answer is asked again."""
        took: list[float] = []
        interval = EVENTS / events_a_second
        began = time.monotonic()

        def finger(first: int) -> None:
            for number in range(first, orders, _FINGERS):
                time.sleep(max(0.0, began + number * interval - time.monotonic()))
                took.extend(self._one())

        fingers = [threading.Thread(target=finger, args=(first,), daemon=True) for first in range(_FINGERS)]
        for each in fingers:
            each.start()
        for each in fingers:
            each.join()
        return took

    def _one(self) -> Sequence[float]:
        placed = self._call("POST", "/api/v1/orders", self._order, {"Idempotency-Key": f"{time.time_ns()}"})
        took = []
        for to in PATH:
            began = time.perf_counter()
            self._call("POST", f"/api/v1/orders/{placed['id']}/transitions", json.dumps({"to": to}))
            took.append((time.perf_counter() - began) * 1000)
        return took

    def _call(self, method: str, path: str, body: str, more: dict[str, str] | None = None) -> dict[str, str]:
        until = time.monotonic() + 60
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            try:
                connection.request(method, path, body, {**self._headers, **(more or {})})
                answer = connection.getresponse()
                said = json.loads(answer.read())
                if answer.status < 300:
                    return dict(said)
                if answer.status == 409:  # it was done, and the worker died before it could say so
                    return {}
                if answer.status != 503 or time.monotonic() > until:
                    raise SystemExit(f"{path} was answered {answer.status}: {said}")
            except (OSError, http.client.HTTPException, ValueError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            finally:
                connection.close()
