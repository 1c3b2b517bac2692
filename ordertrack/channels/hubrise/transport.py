"""Calls to HubRise's API, each with the access token: https://www.hubrise.com/developers/api/general-concepts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ordertrack.channels.hubrise import wording
from ordertrack.channels.interface import Refused
from ordertrack.outgoing import client
from ordertrack.outgoing.client import Answer, CallFailed, Unreachable

ADDRESS = "https://api.hubrise.com/v1"
ADDRESS_SETTING = "ORDERTRACK_HUBRISE_URL"
"""Where else it is called, such as by tests."""

SECONDS = 10.0
MOST_BYTES = 1_000_000  # an order with 200 lines is a tenth of it
MOST_PAGES = 20
"""Of 100 events; the rest is for the next time."""
LIMITED = 429
AGAIN_AFTER = 60  # seconds: HubRise counts requests in windows that start at a round minute


class HubRiseFailed(Unreachable):
    """It answered with something else than it should: carries the `status`."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        super().__init__(f"HubRise answered with {answer.status}.")


@dataclass(frozen=True, slots=True)
class Api:
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """Raises CallFailed; Refused where the token lets nobody in (any more)."""
        content = b"" if body is None else as_json(body)
        headers = {"X-Access-Token": self.token, "Accept": "application/json"}
        if content:
            headers["Content-Type"] = "application/json"
        address = os.environ.get(ADDRESS_SETTING, ADDRESS) + path
        answer = client.send(
            method, address, headers=headers, content=content, seconds=SECONDS, most_bytes=MOST_BYTES
        )
        if answer.status in (401, 403):
            raise Refused(wording.NOT_LET_IN)
        return answer

    def asked(self, method: str, path: str, body: Any = None) -> Answer:
        """The same where only success will do; raises HubRiseFailed besides."""
        answer = self.call(method, path, body)
        if not answer.is_success:
            raise HubRiseFailed(answer)
        return answer

    def events(self) -> list[dict[str, Any]]:
        """What was not acknowledged, oldest first, without the orders themselves."""
        found: list[dict[str, Any]] = []
        cursor = ""
        for _page in range(MOST_PAGES):
            answer = self.asked("GET", f"/callback/events{cursor and f'?cursor={_quoted(cursor)}'}")
            said = _json(answer)
            if not isinstance(said, list):
                raise HubRiseFailed(answer)
            found += [each for each in said if isinstance(each, dict) and isinstance(each.get("id"), str)]
            cursor = answer.headers.get("x-cursor-next", "")
            if not cursor:
                break
        return found

    def event(self, event_id: str) -> Answer:
        return self.call("GET", f"/callback/events/{_quoted(event_id)}")

    def acknowledge(self, event_id: str) -> None:
        """One that is gone already is so."""
        answer = self.call("DELETE", f"/callback/events/{_quoted(event_id)}")
        if not answer.is_success and answer.status != 404:
            raise HubRiseFailed(answer)

    def listen(self, address: str | None) -> None:
        """Have HubRise note events of orders, and call the address if there is one."""
        wanted = {"url": address, "events": {"order": ["create", "update"]}}
        said = _json(self.asked("GET", "/callback"))
        if not isinstance(said, dict) or {name: said.get(name) for name in wanted} != wanted:
            self.asked("POST", "/callback", wanted)

    def location_name(self, location_id: str) -> str:
        said = _json(self.asked("GET", f"/locations/{_quoted(location_id)}" if location_id else "/location"))
        return str(said.get("name", location_id))[:100] if isinstance(said, dict) else location_id

    def set_status(self, location_id: str | None, order_id: str, status: str) -> Answer:
        """Raises CallFailed or Refused; other answers than 200 are the caller's to judge."""
        where = f"/locations/{_quoted(location_id)}" if location_id else "/location"
        return self.call("PATCH", f"{where}/orders/{_quoted(order_id)}", {"status": status})


def why(answer: Answer) -> str:
    """What HubRise says was wrong, in a line."""
    said = _json(answer)
    message = said.get("message") or said.get("error_type") if isinstance(said, dict) else None
    return f"{answer.status} {message}"[:200] if isinstance(message, str) else str(answer.status)


def is_limited(error: CallFailed) -> bool:
    """Whether we asked too often."""
    return isinstance(error, HubRiseFailed) and error.status == LIMITED


def wait_of(answer: Answer) -> int:
    """Seconds until it may be asked again."""
    said = answer.headers.get("retry-after", "")
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) < 5 else AGAIN_AFTER


def as_json(said: Any) -> bytes:
    return json.dumps(said).encode()


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _quoted(part: str) -> str:
    return quote(part, safe="")
