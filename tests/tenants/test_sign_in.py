"""Signing in and out: who gets in, what the browser is given, and what it is worth afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ordertrack.tenants import accounts
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House, Person

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture
def revoke(operator_app: Flask) -> Callable[[House, Person], None]:
    def end(house: House, person: Person) -> None:
        with operator_app.app_context():
            staff_accounts.revoke_staff_member(accounts.find_tenant(house.slug), person.email)

    return end


def post_login(
    client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/login", **more: Any
) -> TestResponse:
    # An address of its own for each attempt: the throttle counts them for the whole process.
    more.setdefault("environ_base", {"REMOTE_ADDR": f"10.{'.'.join(map(str, secrets.token_bytes(3)))}"})
    return client.post(path, data={"email": email, "password": password}, **more)


def is_in(client: FlaskClient) -> bool:
    """Whether the home page takes this browser for somebody."""
    answer = client.get("/", headers=PAGE)
    return not (answer.status_code == 302 and answer.location.startswith("/login"))


def cookie_of(answer: TestResponse) -> dict[str, str]:
    """The attributes of the session cookie that an answer sets, names in small letters."""
    (header,) = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("session=")]
    pairs = (part.strip().partition("=") for part in header.split(";")[1:])
    return {name.lower(): value for name, _, value in pairs}


def test_the_sign_in_page_asks_for_e_mail_and_password(browser: FlaskClient) -> None:
    answer = browser.get("/login")
    assert answer.status_code == 200
    assert 'name="email"' in answer.text and 'name="password"' in answer.text


def test_the_right_password_lets_in_whatever_the_case_of_the_address(
    browser: FlaskClient, cedar: House
) -> None:
    assert not is_in(browser)
    answer = post_login(browser, f"  {cedar.nour.email.upper()} ")
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_in(browser)


def test_who_is_in_need_not_sign_in_again(browser: FlaskClient, cedar: House) -> None:
    post_login(browser, cedar.nour.email)
    assert browser.get("/login").location == "/"


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " ", "x" * 1001, "\0"])
def test_a_wrong_password_does_not(browser: FlaskClient, cedar: House, password: str) -> None:
    answer = post_login(browser, cedar.nour.email, password)
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert not is_in(browser)


def test_an_unknown_address_is_answered_as_a_wrong_password_is(browser: FlaskClient, cedar: House) -> None:
    unknown = f"nobody-{secrets.token_hex(4)}@cedar.example"
    answers = [post_login(browser, email, "wrong") for email in (unknown, cedar.nour.email)]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [
        answer.text.replace(email, "")
        for answer, email in zip(answers, (unknown, cedar.nour.email), strict=True)
    ]
    strip = [text.partition("<form")[2] for text in texts]
    assert strip[0] == strip[1]


@pytest.mark.parametrize(
    "email", ["", "\0", "x" * 300, "'; DROP TABLE tenants; --", "<script>alert(1)</script>", "é@é"]
)
def test_what_is_no_address_is_refused_and_shown_harmlessly(browser: FlaskClient, email: str) -> None:
    answer = post_login(browser, email)
    assert answer.status_code == 401
    assert "<script>alert" not in answer.text


def test_a_form_without_its_fields_is_refused(browser: FlaskClient) -> None:
    assert browser.post("/login").status_code == 401
    assert browser.post("/login", json={"email": "x"}).status_code == 401


def test_revoked_staff_cannot_sign_in(browser: FlaskClient, cedar: House, revoke: Any) -> None:
    revoke(cedar, cedar.nour)
    assert post_login(browser, cedar.nour.email).status_code == 401
    assert not is_in(browser)


def test_the_session_of_revoked_staff_is_worth_nothing(
    cedar: House, sign_in: Callable[[Person], FlaskClient], revoke: Any
) -> None:
    nour, maya = sign_in(cedar.nour), sign_in(cedar.maya)
    assert is_in(nour)
    revoke(cedar, cedar.nour)
    assert not is_in(nour)
    assert is_in(maya)


def test_signing_out_ends_the_session(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> None:
    nour = sign_in(cedar.nour)
    answer = nour.post("/logout")
    assert (answer.status_code, answer.location) == (302, "/login")
    assert not is_in(nour)


def test_an_altered_session_is_worth_nothing(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> None:
    nour = sign_in(cedar.nour)
    cookie = nour.get_cookie("session")
    assert cookie is not None
    for forged in (cookie.value[:-2], cookie.value.swapcase(), "x", "", cookie.value.split(".")[0]):
        nour.set_cookie("session", forged)
        assert not is_in(nour)


@pytest.mark.parametrize(
    ("how", "is_secure"),
    [
        ({"base_url": "https://orders.example"}, True),
        ({"base_url": "http://localhost"}, False),
    ],
    ids=["TLS", "plain"],
)
def test_the_cookie_is_httponly_lax_and_secure_exactly_behind_tls(
    browser: FlaskClient, cedar: House, how: dict[str, str], is_secure: bool
) -> None:
    cookie = cookie_of(post_login(browser, cedar.nour.email, **how))
    assert "httponly" in cookie
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert ("secure" in cookie) == is_secure
    assert "domain" not in cookie
    assert "expires" in cookie


def test_thirty_wrong_passwords_from_one_place_close_its_door(app: Flask, cedar: House) -> None:
    here = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    for n in range(30):
        assert post_login(app.test_client(), f"guess-{n}@cedar.example", "wrong", **here).status_code == 401
    assert post_login(app.test_client(), cedar.nour.email, **here).status_code == 429
    assert post_login(app.test_client(), cedar.nour.email).status_code == 302


def test_eight_tablets_can_sign_in_with_one_address_within_a_minute(app: Flask, cedar: House) -> None:
    for _ in range(8):
        assert post_login(app.test_client(), cedar.nour.email).status_code == 302


@pytest.mark.parametrize(
    "target", ["/", "/r/hamra/kitchen", "/orders/1?x=1&y=//evil.example", "/sla#now", "/ä"]
)
def test_next_leads_on_within_the_site(browser: FlaskClient, cedar: House, target: str) -> None:
    answer = post_login(browser, cedar.nour.email, query_string={"next": target})
    assert answer.status_code == 302
    assert answer.location.startswith("/") and not answer.location.startswith("//")
    assert answer.location[:5] == target[:5] or target == "/ä"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "https://evil.example", "http:evil.example", "\\\\evil.example", "/\\evil.example",
        "javascript:alert(1)", "evil.example", "///evil.example", "/\t/evil.example", "/\n/evil.example",
        "/\r\n/evil.example", "\t//evil.example", " //evil.example", "/\0/evil.example", "/\x7f/evil.example",
        "/\r\nSet-Cookie: x=y", "",
    ],
)  # fmt: skip
def test_next_never_leaves_the_site(browser: FlaskClient, cedar: House, target: str) -> None:
    answer = post_login(browser, cedar.nour.email, query_string={"next": target})
    assert (answer.status_code, answer.location) == (302, "/")


def test_who_is_not_in_is_led_to_sign_in_and_back(browser: FlaskClient, cedar: House) -> None:
    asked = f"/r/{cedar.restaurants[0]}/kitchen?wide=1"
    answer = browser.get(asked, headers=PAGE)
    assert answer.status_code == 302
    answer = post_login(browser, cedar.nour.email, path=answer.location)
    assert answer.location == asked


def test_a_stream_or_fragment_that_is_not_in_is_told_so_and_not_redirected(
    browser: FlaskClient, cedar: House
) -> None:
    address = f"/r/{cedar.restaurants[0]}/kitchen"
    assert browser.get(f"{address}/stream", headers={"Accept": "text/event-stream"}).status_code == 401
    assert browser.get(f"{address}/stream", headers=PAGE).status_code == 401
    assert browser.get(address, headers={**PAGE, "HX-Request": "true"}).status_code == 401


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "null"},
    {"Origin": ""},
]
OURS = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_write_from_another_site_is_refused(
    cedar: House, sign_in: Callable[[Person], FlaskClient], headers: dict[str, str]
) -> None:
    nour = sign_in(cedar.nour)
    answer = nour.post("/logout", headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert is_in(nour)


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_write_from_our_own_pages_or_a_program_is_taken(
    cedar: House, sign_in: Callable[[Person], FlaskClient], headers: dict[str, str]
) -> None:
    nour = sign_in(cedar.nour)
    assert nour.post("/logout", headers=headers).status_code == 302
    assert not is_in(nour)


def test_reading_from_another_site_is_a_link_and_works(
    cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    assert sign_in(cedar.nour).get("/healthz", headers=FOREIGN[0]).status_code == 200


def test_a_cookie_is_worth_nothing_after_its_sign_out(app: Flask, cedar: House) -> None:
    client, other = app.test_client(), app.test_client()
    for browser in (client, other):
        assert post_login(browser, cedar.nour.email).status_code == 302
    kept = client.get_cookie("session")
    assert kept is not None
    assert client.post("/logout").status_code == 302
    copied = app.test_client()
    copied.set_cookie("session", kept.value)
    assert copied.get("/r/hamra/kitchen").status_code == 302
    assert copied.get("/r/hamra/kitchen/stream").status_code == 401
    assert other.get("/r/hamra/kitchen").status_code == 200


def test_signing_out_twice_or_without_having_signed_in_is_no_error(app: Flask, cedar: House) -> None:
    client = app.test_client()
    assert client.post("/logout").status_code == 302
    assert post_login(client, cedar.nour.email).status_code == 302
    assert [client.post("/logout").status_code for _ in range(2)] == [302, 302]
