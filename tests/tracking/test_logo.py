"""A restaurant's logo stands on its guests' pages, under an address that never shows anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from ordertrack.database.session import tenant_context
from ordertrack.orders.reading import records
from support.cast import House

PLAIN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="red"/></svg>'
)
BAD = PLAIN.replace(b"<rect", b"<script>alert(1)</script><rect")


@pytest.fixture
def guest(app: Flask, cedar: House, place: Callable[..., object]) -> str:
    """The address of a guest's page in Hamra."""
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)  # type: ignore[arg-type]
        assert order is not None
        return f"/track/{order.tracking_token}"


def send(client: FlaskClient, file: bytes, seen: str = "0", **more: str) -> object:
    form = {"logo": (BytesIO(file), "logo.svg"), "seen": seen} | more
    return client.post("/r/hamra/logo", data=form, content_type="multipart/form-data")


def test_a_logo_takes_the_place_of_the_initials_and_stands_in_the_preview_of_the_link(
    app: Flask, cedar: House, maya: FlaskClient, guest: str
) -> None:
    before = app.test_client().get(guest).text
    assert 'class="initials"' in before and "og:image" not in before
    assert send(maya, PLAIN).status_code == 303  # type: ignore[attr-defined]
    page = app.test_client().get(guest).text
    (address,) = set(re.findall(r'src="(/logo/[0-9a-f]{32}\.png)"', page))
    assert 'class="initials"' not in page
    assert f'property="og:image" content="http://localhost{address}"' in page
    assert f'src="{address}"' in maya.get("/r/hamra/brand").text
    picture = app.test_client().get(address)
    assert picture.content_type == "image/png" and "immutable" in picture.headers["Cache-Control"]
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert Image.open(BytesIO(picture.data)).getpixel((20, 20)) == (255, 0, 0, 255)


def test_a_logo_that_is_refused_is_said_beside_its_field_and_changes_nothing(
    app: Flask, cedar: House, maya: FlaskClient, guest: str
) -> None:
    for answer in (send(maya, BAD), send(maya, b""), maya.post("/r/hamra/logo", data={"seen": "0"})):
        assert answer.status_code == 422 and 'id="problem-logo"' in answer.text  # type: ignore[attr-defined]
    assert send(maya, b"x" * 300_000).status_code == 422  # type: ignore[attr-defined]
    whole = maya.post("/r/hamra/logo", data=b"x" * 600_000, content_type="multipart/form-data; boundary=x")
    assert whole.status_code == 413
    assert 'class="initials"' in app.test_client().get(guest).text


def test_who_is_overtaken_is_told_and_who_saves_the_rest_keeps_the_logo(
    app: Flask, cedar: House, maya: FlaskClient, guest: str
) -> None:
    send(maya, PLAIN)
    stale = send(maya, PLAIN.replace(b"red", b"blue"))
    assert stale.status_code == 422 and "Somebody else saved other settings" in stale.text  # type: ignore[attr-defined]
    assert maya.post("/r/hamra/brand", data={"colour": "#8a3b12", "seen": "1"}).status_code == 303
    assert "/logo/" in app.test_client().get(guest).text
    taken = maya.post("/r/hamra/logo", data={"remove": "1", "seen": "2"}, follow_redirects=True)
    assert "Logo: taken away" in taken.text and "Logo: another one" in taken.text
    assert "/logo/" not in app.test_client().get(guest).text


def test_nobody_but_managers_sends_one_and_an_unknown_one_is_not_there(
    app: Flask, cedar: House, sign_in: Callable[..., FlaskClient]
) -> None:
    for person in (cedar.nour, cedar.karim):
        assert send(sign_in(person), PLAIN).status_code == 403  # type: ignore[attr-defined]
    for digest in ("0" * 32, "x", "..%2f..", "0" * 31):
        assert app.test_client().get(f"/logo/{digest}.png").status_code == 404
