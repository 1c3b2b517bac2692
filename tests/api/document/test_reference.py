"""The API's page for people says what the document says, and what it shows as examples works as it stands."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from api.api_caller import Caller
from ordertrack.i18n.translate import COOKIE
from ordertrack.web.problem_kinds import KINDS
from support.cast import House
from support.server import Server, wait_for

_EXAMPLE = re.compile(r'<code data-call="(\w+)" data-language="(\w+)">(.*?)</code>', re.DOTALL)
_BLOCK = re.compile(r'<pre dir="ltr" tabindex="0"><code>(.*?)</code></pre>', re.DOTALL)


@pytest.fixture
def document(app: Flask) -> Any:
    return app.test_client().get("/api/v1/openapi.json").json


@pytest.fixture
def page(app: Flask) -> str:
    answer = app.test_client().get("/docs")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def environment(server: Server, cedar: House) -> dict[str, str]:
    """What the page has its readers set."""
    key = cedar.bearer["Authorization"].removeprefix("Bearer ")
    return {**os.environ, "SITE": server.address, "KEY": key}


def sections(page: str, document: Any) -> Iterator[tuple[Any, str]]:
    """Each call of the document with what the page says of it."""
    for methods in document["paths"].values():
        for call in methods.values():
            said = page.split(f'<h3 id="{call["operationId"]}">')[1].split("</article>")[0]
            yield call, html.unescape(said)


def examples(page: str) -> list[tuple[str, str, str]]:
    return [(call, language, html.unescape(text)) for call, language, text in _EXAMPLE.findall(page)]


def test_each_call_has_its_scope_parameters_fields_and_answers(page: str, document: Any) -> None:
    schemas = document["components"]["schemas"]
    for call, said in sections(page, document):
        names = [each["name"] for each in call["parameters"]]
        if body := call.get("requestBody"):
            model = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            names += schemas[model]["properties"]
        assert all(f"<dt><code>{name}</code>" in said for name in names), call["operationId"]
        scopes = [scope for each in call["security"] for scope in each["key"]]
        assert all(f"<code>{scope}</code>" in said for scope in scopes)
        assert all(f"<b>{status}</b>" in said for status in call["responses"] if status < "400")


def test_each_refusal_leads_to_the_page_of_its_kind(app: Flask, page: str, document: Any) -> None:
    of_all = page.split('id="refusals"')[1].split("</section>")[0]
    for call, said in sections(page, document):
        for status, answer in call["responses"].items():
            for kind in answer.get("x-kinds", ()):
                assert KINDS[kind].status == int(status), (call["operationId"], kind)
                assert f'href="/problems/{kind}"' in said + of_all, (call["operationId"], kind)
            assert status < "400" or answer["x-kinds"], (call["operationId"], status)


def test_every_link_within_the_page_leads_somewhere(page: str) -> None:
    places = re.findall(r'id="([^"]+)"', page)
    assert sorted(places) == sorted(set(places))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)


def test_bounds_are_said(page: str) -> None:
    said = page.split('<h3 id="ItemRequest">')[1].split("</article>")[0]
    assert "whole number (1–999)" in said and "text (1–200 characters)" in said


def test_it_is_open_to_all_and_in_the_documents_language(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, "ar")
    page = client.get("/docs").text
    assert '<html lang="en" dir="ltr"' in page and "Place order" in page


def test_every_call_has_an_example_with_curl_and_in_python(page: str, document: Any) -> None:
    shown = {(call, language) for call, language, _ in examples(page)}
    for call, _ in sections(page, document):
        assert {(call["operationId"], language) for language in ("curl", "python")} <= shown, (
            f"give the body of {call['operationId']} an example, in its model's json_schema_extra"
        )


def test_the_examples_work_as_they_stand(
    app: Flask, cedar: House, page: str, environment: dict[str, str]
) -> None:
    assert shutil.which("curl"), "this test wants curl"
    program = Caller(app, cedar)
    ran = 0
    for call, language, text in examples(page):
        if call == "stream":
            continue  # it does not end: below
        ids = {"ORDER": program.place(fulfilment="delivery")["id"]}
        command = ["bash", "-c", text] if language == "curl" else [sys.executable, "-c", text]
        done = subprocess.run(
            command, env=environment | ids, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, (call, language, done.stderr)
        if language == "curl":
            answer = json.loads(done.stdout)
            assert "detail" not in answer, (call, answer)
        ran += 1
    assert ran >= 26


def watched(command: list[str], environment: dict[str, str], program: Caller, said: str) -> None:
    """Whether what follows the stream tells of an order that is placed meanwhile."""
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        output = running.stdout.fileno()
        os.set_blocking(output, False)
        told = b""

        def is_told() -> bool:
            nonlocal told
            order = program.place()  # it may have come before the stream was open
            with contextlib.suppress(BlockingIOError):
                told += os.read(output, 1 << 20)
            return said.format(number=order["number"] - 1).encode() in told

        wait_for(is_told, f"{command} to tell of an order")
    finally:
        running.kill()
        running.communicate()


def test_the_stream_is_followed_as_the_page_shows(
    app: Flask, cedar: House, page: str, environment: dict[str, str]
) -> None:
    program = Caller(app, cedar)
    shown = {language: text for call, language, text in examples(page) if call == "stream"}
    watched(["bash", "-c", "exec " + shown["curl"]], environment, program, '"number":{number}')
    watched([sys.executable, "-c", shown["python"]], environment, program, '"number":{number}')
    (follower,) = (block for block in map(html.unescape, _BLOCK.findall(page)) if "Last-Event-ID" in block)
    watched([sys.executable, "-c", follower], environment, program, "{number} pending")


def test_it_fits_a_narrow_phone(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(base_url=server.address, viewport={"width": 320, "height": 640})
    try:
        page = context.new_page()
        page.goto("/docs")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    finally:
        context.close()
