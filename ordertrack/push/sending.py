"""A notice on its way to a browser: encrypted for it alone, signed, and handed to its push service.

Sources: RFC 8030 (what is posted, and what the answers mean), RFC 8291 (encryption), RFC 8292 (VAPID).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from ordertrack.database.session import release_connection
from ordertrack.outgoing import client
from ordertrack.push import keys
from ordertrack.push.notice import Notice
from ordertrack.push.subscription import Subscription

SIGNED_FOR = dt.timedelta(hours=12)  # at most 24 (RFC 8292, section 2)
SECONDS = 10.0
_TOPIC = 24  # bytes, which are 32 characters: the most that a topic may have
_GONE = (404, 410)
_OTHER_KEYS = (401, 403)
_LATER = (408, 425, 429)
_MOST_NOTED = 200  # characters of a refusal


class Outcome(StrEnum):
    """`SENT`: the push service has it. `GONE`: the browser takes no more. `LATER`: nothing went, try again.

    `REFUSED`: it never will. `UNKNOWN`: it may have gone.
    """

    SENT = "sent"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it, in a few words; `after` is when to try again, in seconds."""

    outcome: Outcome
    note: str
    after: float | None = None
    reference: str = ""


def send(tenant_id: uuid.UUID, to: Subscription, site: str, notice: Notice) -> Answer:
    """Hand it over once. `site` is the address of the house that the browser subscribed at.

    It ends the transaction that is under way.
    """
    left = int((notice.until - dt.datetime.now(dt.UTC)).total_seconds())
    if left <= 0:
        return Answer(Outcome.REFUSED, "too late")
    headers = {
        **_signed(tenant_id, to, site),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(left),
        "Urgency": notice.urgency.value,
        "Topic": topic(notice.tag),
    }
    release_connection()
    content = _encrypted(to, notice)
    try:
        answer = client.send("POST", to.endpoint, headers=headers, content=content, seconds=SECONDS)
    except client.AddressRefused as refused:
        return Answer(Outcome.GONE, str(refused))
    except client.Unreachable as unreachable:
        return Answer(Outcome.LATER, str(unreachable))
    except client.CallFailed as failed:
        return Answer(Outcome.UNKNOWN, str(failed))
    return judged(answer.status, answer.headers, answer.body)


def judged(status: int, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """What the answer of a push service means."""
    if 200 <= status < 300:
        return Answer(Outcome.SENT, f"HTTP {status}", reference=headers.get("location", "")[:_MOST_NOTED])
    said = " ".join(body.decode(errors="replace").split())[:_MOST_NOTED]
    note = f"HTTP {status} {said}".strip()
    if status in (*_GONE, *_OTHER_KEYS):
        return Answer(Outcome.GONE, note)
    if status in _LATER or status >= 500:
        return Answer(Outcome.LATER, note, _seconds(headers.get("retry-after", "")))
    return Answer(Outcome.REFUSED, note)


def topic(tag: str) -> str:
    """By which a push service replaces what it has not delivered yet; what it is about it does not learn."""
    return hashlib.blake2b(tag.encode(), digest_size=_TOPIC // 2).hexdigest()


def _signed(tenant_id: uuid.UUID, to: Subscription, site: str) -> dict[str, str]:
    until = dt.datetime.now(dt.UTC) + SIGNED_FOR
    claims = {"aud": to.service, "exp": int(until.timestamp()), "sub": _contact(site)}
    signed: dict[str, str] = keys.pair(tenant_id).sign(claims)
    return signed


def _contact(site: str) -> str:
    """Whom a push service may turn to: some refuse what is neither an https nor a mail address."""
    parts = urlsplit(site)
    return f"https://{parts.netloc}" if parts.scheme == "https" else f"mailto:ordertrack@{parts.hostname}"


def _encrypted(to: Subscription, notice: Notice) -> bytes:
    from pywebpush import WebPusher  # it brings two more clients for HTTP along, which take long to import

    about = {"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}
    body: bytes = WebPusher(about).encode(notice.encoded(), content_encoding="aes128gcm")["body"]
    return body


def _seconds(said: str) -> float | None:
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None
