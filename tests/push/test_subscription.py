"""What a browser hands over is looked at before it is kept; kept, nobody can read it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from ordertrack.outgoing.addresses import ALLOWED
from ordertrack.push.subscription import MalformedSubscription, Subscription, parsed
from support.push_service import Browser, encoded

GOOD = Browser("https://push.example/send/abc").subscription


def with_keys(**changes: Any) -> dict[str, Any]:
    return GOOD | {"keys": GOOD["keys"] | changes}


def test_it_is_read_as_a_browser_says_it() -> None:
    read = parsed(GOOD)
    assert (read.endpoint, read.p256dh, read.auth) == (GOOD["endpoint"], *GOOD["keys"].values())
    assert read.service == "https://push.example"


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "https://push.example",
        {},
        GOOD | {"keys": None},
        GOOD | {"endpoint": 7},
        GOOD | {"endpoint": "push.example/send"},
        GOOD | {"endpoint": "http://push.example/send"},
        GOOD | {"endpoint": "file:///etc/passwd"},
        GOOD | {"endpoint": "https://[2600:1901:0:38d7::]/send"},
        GOOD | {"endpoint": "https://127.0.0.1/send"},
        GOOD | {"endpoint": "https://name:secret@push.example/"},
        GOOD | {"endpoint": "https://push.example:25/"},
        GOOD | {"endpoint": "https://push.example/" + "x" * 1000},
        GOOD | {"endpoint": "https://püsh.example/"},
        with_keys(auth=encoded(b"short")),
        with_keys(auth="!"),
        with_keys(p256dh=encoded(b"\4" + b"\0" * 64)),
        with_keys(p256dh=encoded(b"\4" * 12)),
        {"endpoint": GOOD["endpoint"], "keys": {"auth": GOOD["keys"]["auth"]}},
    ],
)
def test_what_no_browser_says_is_refused(monkeypatch: pytest.MonkeyPatch, said: object) -> None:
    monkeypatch.delenv(ALLOWED, raising=False)
    with pytest.raises(MalformedSubscription):
        parsed(said)


def test_what_is_kept_says_nothing_without_the_key_of_the_house(app: Flask) -> None:
    read = parsed(GOOD)
    with app.app_context():
        sealed = read.sealed()
        assert "push.example" not in sealed and read.auth not in sealed
        assert Subscription.unsealed(sealed) == read
