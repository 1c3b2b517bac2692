"""By which names the house may be called, what its links begin with, and that no redirect leads out of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.database.settings_error import SettingsError
from ordertrack.web.hosts import is_ours, is_within
from support.cast import PASSWORD, House
from support.server import environment_of, share_static

PUBLIC = "https://orders.cedar.example"


def settings_of(public: str = "", proxies: int = 0) -> Settings:
    said = {"ORDERTRACK_PUBLIC_URL": public, "ORDERTRACK_PROXIES": str(proxies), "SECRET_KEY": "x"}
    return Settings.from_environment(said)


@pytest.fixture(scope="module")
def named(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house that has a name, and another one in its own network."""
    folder = tmp_path_factory.mktemp("named")
    share_static(folder)
    said = environment_of(settings, folder, ORDERTRACK_PUBLIC_URL=f"{PUBLIC} http://10.0.0.5:8000")
    made = create_app(Settings.from_environment(said))
    yield made
    with made.app_context():
        db.engine.dispose()


LOOPBACK = [
    "localhost",
    "localhost:8000",
    "127.0.0.1:8000",
    "127.8.8.8",
    "[::1]:8000",
    "LocalHost.",
    "a.localhost",
]


@pytest.mark.parametrize(
    "host", [*LOOPBACK, "orders.cedar.example", "ORDERS.cedar.example.:443", "10.0.0.5:8000"]
)
def test_a_house_with_a_name_answers_to_it_to_what_is_listed_and_to_its_own_machine(host: str) -> None:
    assert is_ours(host, settings_of(f"{PUBLIC}/ http://10.0.0.5:8000"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "orders.cedar.example.evil.example",
        "evil-orders.cedar.example",
        "cedar.example",
        "10.0.0.6",
        "kitchen-pc",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::2]",
        "",
        ":8000",
        "orders.cedar.example@evil.example",
        "evil.example#orders.cedar.example",
        "evil.example:443:orders.cedar.example",
        "2130706433.example",
    ],
)
def test_it_answers_to_no_other(host: str) -> None:
    assert not is_ours(host, settings_of(PUBLIC, proxies=1))


@pytest.mark.parametrize(
    "host",
    [
        *LOOPBACK,
        "192.168.1.20:8000",
        "[fd00::1]:8000",
        "kitchen-pc:8000",
        "house.local",
        "a.lan",
        "board.test",
    ],
)
def test_a_house_of_which_nothing_is_said_answers_on_its_own_network(host: str) -> None:
    assert is_ours(host, settings_of())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.1.2.3", True), ("192.168.0.9", True),
        ("fe80::1", True), ("fd00::1", True), ("100.64.0.1", True), ("kitchen", True), ("till.lan", True),
        ("orders.example.com", False), ("8.8.8.8", False), ("2606:4700::1111", False),
    ],
)  # fmt: skip
def test_what_nobody_on_the_internet_finds_is_told_apart(name: str, expected: bool) -> None:
    assert is_within(name) == expected


def test_a_house_of_which_nothing_is_said_is_led_nowhere_by_a_page_of_elsewhere() -> None:
    assert not is_ours("rebound.evil.example:8000", settings_of())
    assert is_ours("orders.cedar.example", settings_of(proxies=1)), "a counted proxy chooses what it lets in"


@pytest.mark.parametrize(
    "wrong",
    [
        "orders.cedar.example",
        "ftp://orders.cedar.example",
        "https://",
        "https://a b",
        "https://orders.cedar.example/path",
        "https://user@orders.cedar.example",
        "https://orders.cedar.example?x",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_links_cannot_begin_with_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(SettingsError, match="ORDERTRACK_PUBLIC_URL"):
        settings_of(wrong)


@pytest.mark.parametrize(
    "path", ["/login", "/api/v1/orders", "/api/v1/stream", "/track/" + "A" * 22, "/metrics", "/no"]
)
def test_a_request_under_another_name_is_421_in_words(named: Flask, cedar: House, path: str) -> None:
    client = named.test_client()
    answer = client.get(path, headers={**cedar.bearer, "Host": "evil.example"})
    assert answer.status_code == 421
    assert "ORDERTRACK_PUBLIC_URL" in answer.text and "Set-Cookie" not in answer.headers
    if path.startswith("/api/"):
        assert answer.json["type"] == "/problems/wrong-house"


ODD = [
    "",
    "a b",
    "[",
    "[::1",
    "::1",
    "[::1]x",
    "localhost:x",
    "localhost/..",
    "localhost#x",
    "user@localhost",
    "%00",
]


@pytest.mark.parametrize("host", [*ODD, "localhost:999999", "ль", "x" * 300, "localhost, evil.example"])
def test_what_is_no_host_is_none_of_ours(app: Flask, named: Flask, host: str) -> None:
    assert not is_ours(host, settings_of()) or host == "x" * 300
    for house in (app, named):
        answer = house.test_client().get("/login", headers={"Host": host.encode().decode("latin-1")})
        assert answer.status_code in (400, 421) or (house is app and host == "x" * 300), host


@pytest.mark.parametrize("host", ["a b", "<b>", "evil.example#x", ":80"])
def test_a_header_that_names_no_host_is_named_itself(app: Flask, host: str) -> None:
    answer = app.test_client().get("/api/v1/orders", headers={"Host": host})
    assert (answer.status_code, answer.json["title"]) == (400, "Bad Request")
    assert answer.json["detail"].startswith("The header Host does not name a host.")


@pytest.mark.parametrize("host", ["10.0.0.11:8000", "[fd00::5]:8000", "app:8000"])
def test_what_watches_asks_by_the_machines_own_address(named: Flask, host: str) -> None:
    assert named.test_client().get("/metrics", headers={"Host": host}).status_code == 200
    assert named.test_client().get("/login", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_by_any_address(named: Flask, path: str) -> None:
    assert named.test_client().get(path, headers={"Host": "172.17.0.9:8000"}).status_code != 421


def test_nobody_signs_in_or_places_an_order_under_another_name(named: Flask, cedar: House) -> None:
    client = named.test_client()
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}
    answer = client.post("/api/v1/orders", json=order, headers={**cedar.bearer, "Host": "evil.example"})
    assert answer.status_code == 421
    assert client.get("/api/v1/orders", headers=cedar.bearer).json["items"] == []


@pytest.mark.parametrize("host", ["localhost", "10.0.0.5:8000", "orders.cedar.example"])
def test_links_begin_with_the_houses_name_whatever_was_asked(named: Flask, cedar: House, host: str) -> None:
    client, headers = named.test_client(), {**cedar.bearer, "Host": host, "X-Forwarded-Host": "evil.example"}
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}
    placed = client.post("/api/v1/orders", json=order, headers=headers)
    assert placed.status_code == 201
    assert placed.json["tracking_url"].startswith(f"{PUBLIC}/track/")
    listed = client.get("/api/v1/orders", headers=headers).json["items"]
    assert listed[0]["tracking_url"] == placed.json["tracking_url"]
    refused = client.get("/api/v1/orders?limit=0", headers=headers)
    assert refused.json["type"].startswith(f"{PUBLIC}/problems/")


def test_without_a_name_links_begin_with_what_was_asked(app: Flask, cedar: House) -> None:
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}
    headers = {**cedar.bearer, "Host": "192.168.1.20:8000", "X-Forwarded-Host": "evil.example"}
    placed = app.test_client().post("/api/v1/orders", json=order, headers=headers)
    assert placed.json["tracking_url"].startswith("http://192.168.1.20:8000/track/")


EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/%5Cevil.example",
    "/%2Fevil.example",
    "/%2F%2Fevil.example",
    "//evil.example/%2e%2e",
    "/.//evil.example",
    "/..//evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/%0d%0aLocation:%20//evil.example",
    "//evil.example:80@localhost",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
]


def _leads_out(answer: object, asked: str) -> bool:
    """Whether a browser that asked for this would follow the answer to another site."""
    location = answer.headers.get("Location")
    if location is None:
        return False
    # As browsers read it: without blanks around it, tabs and line breaks, and with a backslash as a slash.
    read = re.sub(r"[\t\r\n]", "", location.strip()).replace("\\", "/")
    there = urlsplit(urljoin(f"http://localhost{asked}", read))
    return (there.scheme, there.hostname) != ("http", "localhost")


@pytest.mark.parametrize("evil", EVIL)
def test_signing_in_leads_nowhere_else(app: Flask, cedar: House, evil: str) -> None:
    client = app.test_client()
    form = {"email": cedar.maya.email, "password": PASSWORD}
    answer = client.post("/login", query_string={"next": evil}, data=form)
    assert answer.status_code == 302 and not _leads_out(answer, "/login")


@pytest.mark.parametrize("evil", EVIL)
def test_the_language_menu_leads_nowhere_else(app: Flask, evil: str) -> None:
    answer = app.test_client().post("/language", data={"language": "fr", "next": evil})
    assert answer.status_code == 302 and not _leads_out(answer, "/language")


@pytest.mark.parametrize("who", ["a manager", "nobody"])
def test_no_route_redirects_out_of_the_house(
    app: Flask, maya: FlaskClient, who: str, place: Callable[..., object], cedar: House
) -> None:
    """Every address, behind and before what looks like another site's, with a `next` that is one."""
    client = maya if who == "a manager" else app.test_client()
    redirected = 0
    # Some are one rule for those who read and another for those who write.
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for path in sorted(re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", "hamra", rule) for rule in rules):
        for evil in EVIL[:5]:
            for asked in (f"{evil}{path}", f"{path.rstrip('/')}{evil}", f"{path}?next={evil}"):
                answer = client.get(asked, headers={"Host": "localhost"})
                answer.close()
                redirected += answer.status_code in range(300, 400)
                assert not _leads_out(answer, asked), (asked, answer.headers["Location"])
                assert answer.status_code < 500 or answer.status_code == 503, asked
    assert redirected > 5
