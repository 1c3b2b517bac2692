"""How a program calls the API, and what it may check afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import Order, StatusEvent

if TYPE_CHECKING:
    from support.cast import House

A_KEBAB = {"name": "Kebab", "quantity": 2, "notes": "no onion", "modifiers": ["extra garlic"]}


def an_order(house: House, **changes: Any) -> dict[str, Any]:
    """The body of a good order, with `changes`; a change to None leaves the field out."""
    body = {"restaurant": house.restaurants[0], "fulfilment": "delivery", "items": [A_KEBAB], **changes}
    return {name: value for name, value in body.items() if value is not None}


class Caller:
    """A program with its house's key."""

    def __init__(self, app: Flask, house: House) -> None:
        self.app = app
        self.house = house
        self._client = app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._open("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self._open("POST", path, **({} if json is None else {"json": json}), **more)

    def place(self, **changes: Any) -> dict[str, Any]:
        answer = self.post("/orders", an_order(self.house, **changes))
        assert answer.status_code == 201, answer.text
        return answer.json

    def move(self, order_id: str, *steps: str) -> dict[str, Any]:
        for to in steps:
            answer = self.post(f"/orders/{order_id}/transitions", {"to": to})
            assert answer.status_code == 200, answer.text
        return answer.json

    def written(self) -> tuple[int, int]:
        """How many orders and events the house has."""
        with tenant_context(self.app, self.house.tenant_id):
            count = func.count()
            return (
                db.session.scalar(select(count).where(Order.tenant_id == self.house.tenant_id)),
                db.session.scalar(select(count).where(StatusEvent.tenant_id == self.house.tenant_id)),
            )

    def _open(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {**self.house.bearer, **more.pop("headers", {})}
        return self._client.open(f"/api/v1{path}", method=method, headers=headers, **more)


def assert_problem(answer: TestResponse, *statuses: int) -> dict[str, Any]:
    """The answer is a problem document with one of these statuses and a sentence."""
    assert answer.mimetype != "text/event-stream", "it streams, and would never end"
    assert answer.status_code in statuses, answer.text
    assert answer.content_type == "application/problem+json"
    said = answer.json
    assert said["status"] == answer.status_code
    assert said["type"] and said["title"] and said["detail"].endswith((".", "?"))
    return said
