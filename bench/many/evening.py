"""What happens of an evening: orders come in and move on at moments of their own, all over the town."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from house import ITEMS, request
from many.town import Life, Place

APART = 1.0  # seconds between two taps on one order, at least
AT_A_TIME = 6  # orders of a restaurant that are moved at a time: the first open ones, which have their guests
# An order's life after it came in: where to, or the act, and the status that the person sees.
LIFE = (
    ("confirmed", "pending"),
    ("preparing", "confirmed"),
    ("strike&line=1", "preparing"),
    ("strike&line=2", "preparing"),
    ("ready", "preparing"),
    ("assign&detail=Ziad", "ready"),
    ("delivering", "ready"),
    ("completed", "delivering"),
)
NEW = 1 / (len(LIFE) + 1)  # of all entries


class Planned(NamedTuple):
    """A request and when it is sent, in seconds; `after` must have been answered before it, or -1."""

    at: float
    after: int
    sent: bytes


def plan(places: Sequence[Place], rate: float, seconds: float, name: str, random: Random) -> list[Planned]:
    """Poisson arrivals over all restaurants; the nth request's entry says `<name>x<n>` of itself."""
    planned: list[Planned] = []
    at = random.expovariate(rate)
    for place in places:
        for life in place.lives:
            life.request = -1
    while at < seconds:
        place, tap = random.choice(places), f"{name}x{len(planned)}"
        free = [] if random.random() < NEW else _free(place, at)
        if free:
            life = random.choice(free)
            planned.append(Planned(at, life.request, _tap(place, life, tap)))
            life.step, life.at, life.request = life.step + 1, at, len(planned) - 1
        else:
            planned.append(Planned(at, -1, _order(place, tap)))
        at += random.expovariate(rate)
    return planned


def write(planned: Sequence[Planned]) -> bytes:
    """As the load client reads them."""
    return b"".join(b"%d %d %d\n%b" % (at * 1e6, after, len(sent), sent) for at, after, sent in planned)


def _free(place: Place, at: float) -> list[Life]:
    unfinished = [life for life in place.lives if life.step < len(LIFE)][:AT_A_TIME]
    return [life for life in unfinished if at - life.at > APART]


def _tap(place: Place, life: Life, tap: str) -> bytes:
    what, seen = LIFE[life.step]
    board = "dispatch" if seen in ("ready", "delivering") else "kitchen"
    cookie = place.cookies[2 if board == "dispatch" else 0]
    is_act = what.startswith(("strike", "assign"))
    did = f"act={what}" if is_act else f"to={what}&despite_open_lines=1"
    body = f"{did}&seen={seen}&board={board}&tap={tap}"
    path = f"/orders/{life.order}/{'actions' if is_act else 'transitions'}"
    return request(path, f"{cookie}\r\nHX-Request: true", "application/x-www-form-urlencoded", body.encode())


def _order(place: Place, tap: str) -> bytes:
    said = {
        "restaurant": place.slug,
        "fulfilment": "delivery",
        "items": ITEMS,
        "customer": {"name": "Rana"},
        "metadata": {"tap": tap},
    }
    head = f"Authorization: Bearer ot_bench{place.company}\r\nIdempotency-Key: {uuid.uuid4()}"
    return request("/api/v1/orders", head, "application/json", json.dumps(said).encode())
