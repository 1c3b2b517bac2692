"""Calling the shop's REST API v3, with its key by Basic auth: what is asked, and what comes back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ordertrack.channels.interface import Connection, Refused, Sentence
from ordertrack.i18n.translate import marked
from ordertrack.outgoing import client
from ordertrack.outgoing.client import Answer

SECONDS = 20.0
MOST_BYTES = 4 * 1024 * 1024
_ORDERS = "/wp-json/wc/v3/orders"


def has_key(connection: Connection) -> bool:
    """Whether the shop can be called at all."""
    return bool(connection.secrets.get("consumer_key") and connection.secrets.get("consumer_secret"))


def list_orders(connection: Connection, query: Mapping[str, Any]) -> tuple[list[Any], Answer]:
    """A page of orders; raises Refused or CallFailed."""
    answer = _call(connection, "GET", f"{_ORDERS}?{urlencode(query)}")
    check(answer)
    found = _json(answer)
    if not isinstance(found, list):
        raise Refused(_NO_API)
    return found, answer


def read_order(connection: Connection, external_id: str) -> Answer:
    """One order; whatever the shop answers."""
    return _call(connection, "GET", f"{_ORDERS}/{external_id}")


def set_status(connection: Connection, external_id: str, status: str) -> Answer:
    """Have the order be so in the shop; whatever it answers."""
    return _call(connection, "PUT", f"{_ORDERS}/{external_id}", {"status": status})


def check(answer: Answer) -> None:
    """Raises Refused, with why, for what is no success."""
    if not answer.is_success:
        raise Refused(trouble(answer).said, status=answer.status)


def trouble(answer: Answer) -> Sentence:
    """What is wrong, by what the shop answered."""
    if answer.status in (401, 403):
        return Sentence(_NO_ACCESS, {"status": answer.status})
    if answer.status == 404:
        return Sentence(_NO_API, {"status": answer.status})
    return Sentence(_ELSE, {"status": answer.status})


def read_json(answer: Answer) -> Mapping[str, Any]:
    """The order in an answer; raises Refused."""
    found = _json(answer)
    if not isinstance(found, dict):
        raise Refused(_NO_API)
    return found


def _call(connection: Connection, method: str, path: str, said: Mapping[str, Any] | None = None) -> Answer:
    pair = f"{connection.secrets['consumer_key']}:{connection.secrets['consumer_secret']}"
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
        "Accept": "application/json",
    }
    if said is not None:
        headers["Content-Type"] = "application/json"
    return client.send(
        method,
        connection.settings["shop"] + path,
        headers=headers,
        content=json.dumps(said).encode() if said is not None else b"",
        seconds=SECONDS,
        most_bytes=MOST_BYTES,
    )


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Refused(_NO_API) from None


_NO_ACCESS = marked("The shop refuses the consumer key (%(status)s): it must be one that may read and write.")
_NO_API = marked("There is no REST API of WooCommerce at this address.")
_ELSE = marked("The shop answered with an error (%(status)s).")
