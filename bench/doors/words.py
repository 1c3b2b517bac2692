"""Attacks that need no crowd: what is answered, and what is done, is all that there is to see."""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections import Counter
from urllib.parse import urljoin, urlsplit

import psycopg

from doors import asking
from doors.figures import Figures
from doors.side import CREW, PASSWORD, Side

GUESSES = 20
_EVIL = "evil.example"
_SLASHES = (
    "//evil.example",
    "//evil.example/%2e%2e",
    "/\\evil.example",
    "/%5Cevil.example",
    "/.//evil.example",
)
_ADVANCE = "'pending', 'confirmed', false, false, false, 'Eve', 'staff:eve', '{}'"
_ACT = "'pending', 'rush', NULL, NULL, 'Eve', 'staff:eve', '{}', NULL, NULL"
_NAMING = {
    "advance_order": f"SELECT * FROM advance_order(%s, %s, {_ADVANCE})",
    "advance_known_order": f"SELECT * FROM advance_known_order(%s, %s, {_ADVANCE}, 1)",
    "act_on_order": f"SELECT * FROM act_on_order(%s, %s, {_ACT})",
    "act_on_known_order": f"SELECT * FROM act_on_known_order(%s, %s, {_ACT}, 1)",
}


def sign_in(side: Side, name: str, password: str = PASSWORD, **headers: str) -> asking.Answer:
    form = {"email": side.cedar.email(name), "password": password}
    return asking.ask(side.port, "/login", {k.replace("_", "-"): v for k, v in headers.items()}, form=form)


def guess(side: Side, figures: Figures) -> None:
    """Twenty wrong passwords for the e-mail of each of three people, from one address each."""
    attack = f"{GUESSES} wrong passwords for somebody's e-mail from one address"
    for number, name in enumerate(CREW):
        home, away, stranger = (f"{net}.{number + 1}" for net in ("198.51.100", "192.0.2", "203.0.113"))
        cookie = asking.cookies(sign_in(side, name, X_Forwarded_For=home))
        device = "; ".join(each for each in cookie.split("; ") if not each.startswith("session="))
        logged = side.log.stat().st_size
        said = [sign_in(side, name, "quite-wrong-again", X_Forwarded_For=stranger) for _ in range(GUESSES)]
        figures.add(attack, "what the stranger is answered", Counter(str(each.status) for each in said))
        known = sign_in(side, name, X_Forwarded_For=home, Cookie=device).status
        figures.add(attack, "the owner, on their device and at their address", Counter([_let_in(known)]))
        new = sign_in(side, name, X_Forwarded_For=away).status
        figures.add(attack, "the owner, on a new device elsewhere", Counter([_let_in(new)]))
        with side.log.open("rb") as log:
            log.seek(logged)
            lines = [line for line in log.read().decode().splitlines() if stranger in line]
        figures.add(attack, "lines of the log that name the stranger's address", len(lines))


def _let_in(status: int) -> str:
    return "let in" if status == 302 else f"kept out ({status})"


def forge(side: Side, figures: Figures) -> None:
    """Names that are not the house's, and ways out of it; without a proxy in front."""
    for header, said in (("Host", _EVIL), ("X-Forwarded-Host", _EVIL), ("X-Forwarded-Proto", "https")):
        answer = asking.ask(
            side.port, "/api/v1/orders", side.cedar.bearer | {header: said}, body=side.cedar.order()
        )
        link = urlsplit(json.loads(answer.text).get("tracking_url", ""))
        where = f"; the guest's link begins {link.scheme}://{link.hostname}" if link.hostname else ""
        figures.add(f"an order placed with {header}: {said}", "answer", f"{answer.status}{where}")
    answer = asking.ask(side.port, "/login", {"Host": _EVIL})
    figures.add(f"the sign-in page as Host: {_EVIL}", "answer", str(answer.status))
    told: Counter[str] = Counter()
    for slashes in _SLASHES:
        for path in ("", "/", "/orders", "/orders/", "/login", "/sla/", "/r/hamra/kitchen"):
            told[_led(side.port, slashes + path)] += 1
    figures.add("paths that begin like another site's", "answer", told)


def _led(port: int, path: str) -> str:
    """The status, and whether a browser would leave the house by it."""
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head and (data := client.recv(65536)):
            head += data
    text = head.partition(b"\r\n\r\n")[0].decode("latin-1")
    location = re.search(r"(?im)^location: *(.*?)\r?$", text)
    status = text[9:12]
    if location is None:
        return status
    # As browsers read it: with a backslash as a slash.
    read = urljoin(f"http://localhost{path}", location[1].replace("\\", "/"))
    is_within = urlsplit(read).hostname == "localhost"
    return f"{status} {'within the house' if is_within else '**to the other site**'}"


def blur(side: Side, figures: Figures) -> None:
    """What is said twice, and what nobody sees."""
    whole = json.dumps(side.cedar.order())
    twice = whole.replace('"quantity": 1', '"quantity": 1, "quantity": 40').encode()
    answer = asking.ask(side.port, "/api/v1/orders", side.cedar.bearer, body=twice)
    made = json.loads(answer.text)
    took = f"; {made['items'][0]['quantity']} pieces" if answer.status == 201 else ""
    figures.add('an order with "quantity" twice, 1 and 40', "answer", f"{answer.status}{took}")
    unseen = whole.replace("Kebab", "\\u200b\\u2060").encode()
    status = asking.ask(side.port, "/api/v1/orders", side.cedar.bearer, body=unseen).status
    figures.add("an order of a dish whose name nobody sees", "answer", str(status))


def trespass(side: Side, figures: Figures) -> None:
    """As the role of requests, in eve's house, naming cedar's to the schema's functions."""
    with side.sql() as operator:
        ids = dict(operator.execute("SELECT slug, id FROM tenants").fetchall())
    for function, call in _NAMING.items():
        placed = asking.ask(side.port, "/api/v1/orders", side.cedar.bearer, body=side.cedar.order())
        order = json.loads(placed.text)["id"]
        with side.confined() as connection:
            connection.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(ids["eve"])])
            try:
                count = connection.execute(call, [ids["cedar"], order]).rowcount
                done = "**done to the other house's order**" if count == 1 else "nothing done"
            except psycopg.errors.UndefinedFunction:
                done = "no such function"
            except psycopg.Error as error:
                done = f"refused ({error.sqlstate})"
                connection.rollback()
        figures.add("another house's id told to the schema's functions", function, done)


def lose(side: Side, figures: Figures) -> None:
    """While the database is away."""
    attack = "the database is away"
    for path, headers in (
        ("/api/v1/stream", side.cedar.bearer),
        ("/api/v1/stream", {"Authorization": f"Bearer ot_{secrets.token_hex(16)}"}),
        ("/api/v1/orders", side.cedar.bearer),
        ("/healthz", {}),
    ):
        answer = asking.ask(side.port, path, headers)
        kind = (answer.headers.get_content_type() if answer.status == 200 else "").removeprefix(
            "application/"
        )
        body = f", {kind}: {answer.text.split()[0]}" if kind == "text/event-stream" else ""
        whose = "" if "ot_" not in str(headers) or headers == side.cedar.bearer else ", a key made up"
        figures.add(attack, f"{path}{whose}", f"{answer.status}{body}")
