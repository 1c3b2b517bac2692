"""WooCommerce as a channel: webhooks in, what they missed by asking, and an order's end told to the shop."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from ordertrack.channels.interface import (
    Again,
    Asked,
    Batch,
    Channel,
    Connection,
    Done,
    Failed,
    Nothing,
    Payload,
    Received,
    Refused,
    Said,
    Sentence,
    Told,
    Way,
)
from ordertrack.channels.woocommerce import mapping, transport
from ordertrack.channels.woocommerce.form import FIELDS
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.orders.log.entries import EventRecord
from ordertrack.outgoing import addresses
from ordertrack.outgoing.client import Answer
from ordertrack.outgoing.failures import AnswerTooLarge
from ordertrack.rules.state_machine import TERMINAL, OrderStatus

PING = "ping"
_LISTED = "order.listed"
_TOO_LARGE = "order.too_large"
_SIGNATURE = "x-wc-webhook-signature"
_KEPT_HEADERS = (_SIGNATURE, "x-wc-webhook-topic", "x-wc-webhook-source", "x-wc-webhook-delivery-id")
_A_PAGE = 50
_MOST_PAGES = 20  # at a time; the next time goes on from there
_LISTS = ("any", "trash")  # "any" is all but what lies in the bin
_OVERLAP = dt.timedelta(minutes=2)  # the shop writes seconds, and orders of one second come one after another
_REACHES_BACK = dt.timedelta(days=31)
_BEFORE_CONNECTING = dt.timedelta(minutes=10)
_GMT = "%Y-%m-%dT%H:%M:%S"
_OVER_THERE = ("cancelled", "refunded", "failed", "trash")


class WooCommerce(Channel):
    """A shop tells each order once and never again: it is answered 200 once that is kept, whatever it is, for
    after five answers of another kind it tells no more. What it did not tell is asked for.
    """

    name = "woocommerce"
    title = "WooCommerce"
    about = marked(
        "Orders of a WooCommerce shop come here by themselves. First say which shop; then the address and the"
        " secret to put in there are shown, step by step."
    )
    steps = (
        marked(
            "In the shop's WordPress open WooCommerce, Settings, Advanced, Webhooks, and press “Add webhook”."
        ),
        marked(
            "Status: Active. Topic: Order created. Delivery URL: the address above. Secret: the secret of the"
            " webhooks. API version: the newest. Save it."
        ),
        marked(
            "Add three more in the same way, with the topics Order updated, Order deleted and Order restored."
        ),
        marked("Place an order in the shop: it appears below, under what came."),
    )
    fields = FIELDS
    branch_label = marked("As the checkout field that names the restaurant has it")
    polls_every = 60

    def check(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
        problems = {}
        if settings["shop"].startswith("http://") and not addresses.is_private_allowed():
            problems["shop"] = _("Give an address with https://, for the key is sent there.")
        if ("consumer_key" in secrets) != ("consumer_secret" in secrets):
            missing = "consumer_secret" if "consumer_key" in secrets else "consumer_key"
            problems[missing] = _("Key and secret go together: give both, or none.")
        return problems

    def receive(self, connection: Connection, asked: Asked) -> Received:
        if asked.method != "POST":
            return Received(status=405)
        headers = {name: asked.headers[name] for name in _KEPT_HEADERS if name in asked.headers}
        if _SIGNATURE not in asked.headers and asked.body.startswith(b"webhook_id="):
            return Received((Payload(PING, asked.body, headers=headers, is_suspect=True),))
        order = _order_in(asked.body)
        payload = Payload(
            topic=asked.headers.get("x-wc-webhook-topic", ""),
            body=asked.body,
            external_id=str(order["id"]) if order and "id" in order else None,
            headers=headers,
            state=mapping.state_of(order) if order else None,
            is_suspect=not _is_signed(connection, asked.body, headers),
        )
        return Received((payload,))

    def understand(self, connection: Connection, payload: Payload) -> Sequence[Said]:
        if payload.topic == PING:
            raise Nothing(_A_PING)
        if payload.topic == _TOO_LARGE:
            raise Refused(_ORDER_TOO_LARGE)
        if payload.way == Way.CALLED and not _is_signed(connection, payload.body, payload.headers):
            raise Refused(_NOT_SIGNED)
        if payload.topic and not payload.topic.startswith("order."):
            raise Nothing(_NO_ORDER, topic=payload.topic)
        order = _order_in(payload.body)
        if order is None:
            raise Refused(_NO_JSON)
        if payload.topic == "order.deleted":
            # Its body is the id alone: it is as new as it is here.
            return [_deleted(order, payload.received_at)]
        return [mapping.of_order(connection, order)]

    def poll(self, connection: Connection, cursor: Mapping[str, Any]) -> Iterator[Batch]:
        if not transport.has_key(connection):
            return
        at = dict(cursor)
        since = at.setdefault(
            "since", (connection.made_at - _BEFORE_CONNECTING).isoformat(timespec="seconds")
        )
        at.setdefault("newest", since)
        size = _A_PAGE
        for _page in range(_MOST_PAGES):
            which, offset = at.get("which", 0), at.get("offset", 0)
            try:
                found, answer = transport.list_orders(connection, _query(since, _LISTS[which], offset, size))
            except AnswerTooLarge:
                if size > 1:
                    size //= 2
                    continue
                said = json.dumps({"since": since, "offset": offset}).encode()
                at["offset"] = offset + 1
                yield Batch((Payload(_TOO_LARGE, said),), dict(at))
                continue
            at["newest"] = _newest(at["newest"], found, answer)
            at["offset"] = offset + len(found)
            if len(found) < size:
                at |= {"which": which + 1, "offset": 0}
            is_whole = at.get("which", 0) == len(_LISTS)
            yield Batch(tuple(map(_listed, found)), _next(at) if is_whole else dict(at))
            if is_whole:
                return

    def tells(self, connection: Connection, event: EventRecord) -> bool:
        return transport.has_key(connection) and _status_for(event.to_status) in connection.settings["tells"]

    def tell(self, connection: Connection, told: Told) -> Done | Again | Failed:
        status = _status_for(told.event.to_status)
        if told.order.status in TERMINAL and told.event.to_status not in TERMINAL:
            return Done("It is over by now, which is told next.")
        answer = transport.read_order(connection, told.external_id)
        if not answer.is_success:
            return _failed(answer)
        there = transport.read_json(answer).get("status")
        if there == status or there in _OVER_THERE or there == "completed":
            return Done(f"In the shop it is {there}.")
        assert status is not None
        answer = transport.set_status(connection, told.external_id, status)
        return Done(f"In the shop it is {status}.") if answer.is_success else _failed(answer)

    def test(self, connection: Connection) -> Sentence:
        if not transport.has_key(connection):
            raise Nothing(_NO_KEY)
        transport.list_orders(connection, {"per_page": 1})
        return Sentence(_WELL)


def _is_signed(connection: Connection, body: bytes, headers: Mapping[str, str]) -> bool:
    secret = connection.secrets.get("secret", "")
    expected = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
    return bool(secret) and hmac.compare_digest(expected, headers.get(_SIGNATURE, "").strip().encode())


def _order_in(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _deleted(order: Mapping[str, Any], at: dt.datetime) -> Said:
    reason = mapping.ENDS["trash"]
    return Said(mapping.id_of(order), at, status=OrderStatus.CANCELLED, reason=reason, makes=False)


def _query(since: str, status: str, offset: int, size: int) -> dict[str, Any]:
    after = dt.datetime.now(dt.UTC) - _REACHES_BACK
    return {
        # Without a zone: with one the shop would turn them into its own before it compares.
        "modified_after": dt.datetime.fromisoformat(since).strftime(_GMT),
        "after": after.strftime(_GMT),
        "dates_are_gmt": "true",
        "status": status,
        "orderby": "date",
        "order": "asc",
        "per_page": size,
        "offset": offset,
    }


def _listed(order: Any) -> Payload:
    body = json.dumps(order, ensure_ascii=False).encode(errors="replace")
    if not isinstance(order, dict) or "id" not in order:
        return Payload(_LISTED, body)
    return Payload(_LISTED, body, str(order["id"]), state=mapping.state_of(order))


def _newest(before: str, found: Sequence[Any], answer: Answer) -> str:
    """Up to where changes were seen, by the shop's clock; one that lies in its future hides no others."""
    try:
        now = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        now = dt.datetime.now(dt.UTC)
    moments = [dt.datetime.fromisoformat(before)]
    for order in found:
        modified = mapping.modified_at(order) if isinstance(order, dict) else None
        if modified is not None and modified <= now:
            moments.append(modified)
    return max(moments).isoformat(timespec="seconds")


def _next(at: Mapping[str, Any]) -> dict[str, Any]:
    since = max(
        dt.datetime.fromisoformat(at["since"]), dt.datetime.fromisoformat(at["newest"]) - _OVERLAP
    ).isoformat(timespec="seconds")
    return {"since": since, "newest": at["newest"]}


def _status_for(status: OrderStatus) -> str | None:
    """What the shop calls it; None for what it has no word for."""
    return {
        OrderStatus.CONFIRMED: "processing",
        OrderStatus.COMPLETED: "completed",
        OrderStatus.CANCELLED: "cancelled",
    }.get(status)


def _failed(answer: Answer) -> Again | Failed:
    said = transport.trouble(answer)
    note = said.said % said.values if said.values else said.said
    if answer.status in (408, 425, 429) or answer.status >= 500:
        wait = answer.headers.get("retry-after", "")
        return Again(min(int(wait), 3600) if wait.isdecimal() else 0, note)
    return Failed(note)


_A_PING = marked("The shop tried whether this address answers: it does.")
_NOT_SIGNED = marked("The signature does not go with the secret of the webhooks: is it the same in the shop?")
_NO_ORDER = marked("It is about “%(topic)s”, and only orders are taken in.")
_NO_JSON = marked("It is no JSON object.")
_ORDER_TOO_LARGE = marked("The shop has an order that is larger than can be read; look at it there.")
_NO_KEY = marked(
    "Without a consumer key there is nothing to try, and nothing is wrong: the shop's orders come all the"
    " same, by its webhooks."
)
_WELL = marked("The shop answers, and the key may read its orders.")
