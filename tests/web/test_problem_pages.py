"""The address of each kind of problem answers with a page that says what it means, in every language."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ordertrack.i18n.translate import COOKIE, LANGUAGES, speaking
from ordertrack.i18n.translate import gettext as _
from ordertrack.web.problem_kinds import KINDS, of_status
from support.cast import House


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_page_in_the_language_of_its_reader(app: Flask, kind: str, language: str) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, language)
    answer = client.get(f"/problems/{kind}")
    assert answer.status_code == 200
    assert f'data-locale="{LANGUAGES[language].bcp47}"' in answer.text
    with app.test_request_context(), speaking(language):
        title, meaning = _(KINDS[kind].title), _(KINDS[kind].meaning)
    assert title in answer.text and meaning[:20] in html.unescape(answer.text)
    assert language == "en" or (title != KINDS[kind].title and meaning != KINDS[kind].meaning)


def test_a_kind_that_there_is_not_is_404(app: Flask) -> None:
    assert app.test_client().get("/problems/none").status_code == 404


ANSWERED = (400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 417, 421, 422, 429, 431, 500, 501, 503)


@pytest.mark.parametrize("status", ANSWERED)
def test_every_status_that_is_answered_has_a_kind_of_its_own(status: int) -> None:
    assert KINDS[of_status(status)].status == status


def test_what_a_program_is_refused_names_its_kind(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    client = app.test_client()
    orders, one = "/api/v1/orders", f"/api/v1/orders/{order_id}"
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}
    key = {"Idempotency-Key": str(order_id)}

    def ask(path: str, method: str = "GET", headers: dict[str, str] | None = None, **more: Any) -> Any:
        return client.open(path, method=method, headers={**cedar.bearer, **(headers or {})}, **more)

    def send(path: str, body: Any, **more: Any) -> Any:
        said = (
            {"data": body, "content_type": "application/json"} if isinstance(body, bytes) else {"json": body}
        )
        return ask(path, "POST", **{**said, **more})

    assert send(orders, order, headers=key).status_code == 201
    refused = {
        "signed-out": client.get(one),
        "not-found": ask("/api/v1/nothing"),
        "method-not-allowed": ask(one, "DELETE"),
        "too-large": send(orders, b"x" * 70_000),
        "not-read-here": send(orders, b"{}", content_type="text/plain"),
        "not-understood": send(orders, b"{"),
        "not-accepted": send(orders, {}),
        "illegal-move": send(f"{one}/transitions", {"to": "completed"}),
        "illegal-action": send(f"{one}/actions", {"act": "acknowledge"}),
        "order-moved": send(f"{one}/transitions", {"to": "ready", "seen": "preparing"}),
        "order-changed": send(f"{one}/transitions", {"to": "confirmed", "revision": 9}),
        "conflict": ask("/api/v1/events?after=1-1"),
        "key-used-before": send(orders, {**order, "note": "x"}, headers=key),
    }
    for kind, answer in refused.items():
        assert answer.content_type == "application/problem+json", kind
        assert answer.json["type"] == f"http://localhost/problems/{kind}", answer.text
        assert answer.status_code == KINDS[kind].status
        page = client.get(answer.json["type"])
        assert page.status_code == 200 and KINDS[kind].title in page.text


@pytest.mark.parametrize("path", ["/login", "/sla", "/api/v1/orders"])
def test_a_method_that_an_address_does_not_have_is_405_and_says_which_it_has(app: Flask, path: str) -> None:
    answer = app.test_client().open(path, method="PATCH")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    is_call = path.startswith("/api/")
    assert answer.mimetype == ("application/problem+json" if is_call else "text/html")
