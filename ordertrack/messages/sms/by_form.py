"""Short messages by any other provider that takes them over HTTP: its form is a setting.

In address, headers and body stand `{to}` (+9613555127), `{digits}` (9613555127), `{text}`, `{from}`, `{id}`
and `{secret}`. In a body they are written as its type asks for: in a form and in an address percent-encoded,
in JSON as JSON has texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ordertrack.messages import calls
from ordertrack.messages.transports import MayHaveGone, NotSent, Outcome, Sent, Settings

PLACES = ("to", "digits", "text", "from", "id", "secret")
_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_STEP = re.compile(r"[A-Za-z0-9_-]+")


def send(settings: Settings, to: str, text: str, message_id: str) -> Outcome:
    """Hand it over; what of the answer is a success is a setting too."""
    values = {
        "to": to,
        "digits": to.removeprefix("+"),
        "text": text,
        "from": settings["from"],
        "id": message_id,
        "secret": settings["token"],
    }
    kind = settings["body_type"]
    method = settings["method"]
    headers = {"Content-Type": _TYPES[kind]} if method == "POST" else {}
    if settings["authorization"]:
        headers["Authorization"] = _filled(settings["authorization"], values, _as_is)
    answer = calls.call(
        method,
        _filled(settings["address"], values, _in_address),
        headers,
        _filled(settings["body"], values, _IN[kind]).encode() if method == "POST" else b"",
    )
    if isinstance(answer, NotSent | MayHaveGone):
        return answer
    said = calls.read_json(answer)
    if not answer.is_success or not _is_taken(settings, said):
        why = f"HTTP {answer.status}: {_said_in(answer.body)}"
        return NotSent(why, for_good=answer.is_success or not calls.is_for_later(answer))
    reference = _at(said, settings["reference_path"]) if settings["reference_path"] else None
    return Sent(None if reference is None else str(reference)[:200])


def problem_with_places(text: str) -> str | None:
    """What stands in braces and is none of the places; None if nothing does."""
    odd = re.findall(r"\{([A-Za-z_]+)\}", text)
    return next((each for each in odd if each not in PLACES), None)


def without_places(address: str) -> str:
    """An address as it can be judged."""
    return _PLACE.sub("0", address)


def _is_taken(settings: Settings, said: dict[str, Any]) -> bool:
    """Many providers answer 200 to what they refuse, and say so in the answer."""
    if not settings["success_path"]:
        return True
    found = _at(said, settings["success_path"])
    wanted = [each.strip().casefold() for each in settings["success_value"].split(",")]
    if not settings["success_value"]:
        return found not in (None, False, "", [])
    return (json.dumps(found) if isinstance(found, bool | None) else str(found)).casefold() in wanted


def _at(said: Any, path: str) -> Any:
    """What stands at a path like `messages.0.status`; None if nothing does."""
    for step in _STEP.findall(path):
        if isinstance(said, dict):
            said = said.get(step)
        elif isinstance(said, list) and step.isdecimal() and int(step) < len(said):
            said = said[int(step)]
        else:
            return None
    return said


def _said_in(body: bytes) -> str:
    return " ".join(body[:400].decode("utf-8", "replace").split())[:200]


def _filled(template: str, values: dict[str, str], write: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda found: write(values[found[1]]), template)


def _as_is(value: str) -> str:
    return value


def _in_address(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _in_xml(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


_TYPES = {
    "form": "application/x-www-form-urlencoded",
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
}
_IN = {"form": _in_address, "json": _in_json, "xml": _in_xml}
