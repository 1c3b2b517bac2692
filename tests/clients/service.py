"""Orders that are made and moved, over the API, whether or not somebody can take them at the moment."""

from __future__ import annotations

import http.client
import threading
from types import TracebackType

from support.cast import House
from support.http_client import Answer, Caller

PAUSE = 0.05  # seconds between two calls
STEPS = ("confirmed", "preparing", "ready", "completed")


class Service:
    """Goes on until it is left. What was done is in the log, whatever the answers say that got lost."""

    def __init__(self, port: int, house: House) -> None:
        self._caller = Caller(port, house.bearer)
        self._restaurants = house.restaurants
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Service:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _serve(self) -> None:
        number = 0
        while not self._is_over.is_set():
            number += 1
            order = {
                "restaurant": self._restaurants[number % len(self._restaurants)],
                "fulfilment": "pickup",
                "items": [{"name": "Kebab", "quantity": 2}],
                "metadata": {"note": "عند الباب\u2028two"},
            }
            placed = self._call("/api/v1/orders", order)
            if placed is not None and placed.status == 201:
                for step in STEPS:
                    self._call(f"/api/v1/orders/{placed.json['id']}/transitions", {"to": step})

    def _call(self, path: str, body: object) -> Answer | None:
        if self._is_over.wait(PAUSE):
            return None
        try:
            return self._caller.call(path, body=body)
        except (OSError, http.client.HTTPException):
            return None
