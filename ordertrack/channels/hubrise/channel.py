"""The channel itself: what comes from HubRise, what it is asked, and what it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ordertrack.channels.fields import Field, Kind
from ordertrack.channels.hubrise import events, mapping, statuses, telling, transport, wording
from ordertrack.channels.hubrise.events import Event
from ordertrack.channels.hubrise.statuses import HubRiseStatus
from ordertrack.channels.hubrise.transport import Api, HubRiseFailed
from ordertrack.channels.interface import (
    Again,
    Asked,
    Batch,
    Channel,
    Connection,
    Done,
    Failed,
    Payload,
    Received,
    Refused,
    Said,
    Sentence,
    Told,
    Way,
)
from ordertrack.i18n.translate import speaking
from ordertrack.orders.log.entries import EventRecord
from ordertrack.outgoing.client import AnswerTooLarge, CallFailed
from ordertrack.restaurants import rule_sets
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import company

NOT_TAKEN = 503
"""HubRise takes every answer below 500 for an acknowledgement, and forgets the event."""

AT_ONCE = 20
"""Events that are kept before they are deleted there."""

_LISTENS_FOR = dt.timedelta(hours=6)  # until it is looked whether HubRise still notes events for us
_REASONS = {
    HubRiseStatus.CANCELLED: wording.CANCELLED,
    HubRiseStatus.REJECTED: wording.REJECTED,
    HubRiseStatus.DELIVERY_FAILED: wording.NOT_DELIVERED,
}


class HubRise(Channel):
    name = "hubrise"
    title = mapping.NAME
    about = wording.ABOUT
    branch_label = wording.LOCATION
    polls_every = 60
    told_of_arrivals = True
    not_kept = NOT_TAKEN
    fields = (
        Field("token", wording.TOKEN, Kind.SECRET, wording.TOKEN_HINT),
        Field("client_secret", wording.SECRET, Kind.SECRET, wording.SECRET_HINT),
        Field(
            "collected",
            wording.COLLECTED,
            hint=wording.COLLECTED_HINT,
            is_required=False,
            default=", ".join(mapping.COLLECTED),
            is_rare=True,
        ),
    )

    def receive(self, connection: Connection, asked: Asked) -> Received:
        """What is not signed as it must be is answered so that HubRise keeps it: then it is asked for, with
        the token, and a secret that was mistyped loses nobody's dinner."""
        if asked.method != "POST":
            return Received(status=405, body="HubRise calls with POST.")
        is_signed = events.is_signed(asked.body, asked.headers, connection.secrets.get("client_secret", ""))
        signature = _header(asked.headers, events.SIGNATURE)
        kept = _payload(asked.body, {events.SIGNATURE.lower(): signature}, is_suspect=not is_signed)
        return Received((kept,), 200 if is_signed else NOT_TAKEN)

    def understand(self, connection: Connection, payload: Payload) -> Sequence[Said]:
        """What was asked for came with our token; what called is judged by its signature once more."""
        secret = connection.secrets.get("client_secret", "")
        if payload.way == Way.CALLED and not events.is_signed(payload.body, payload.headers, secret):
            raise Refused(wording.WRONG_SIGNATURE)
        with speaking(company.languages_of(connection.tenant_id)[0]):
            return (_said(connection, events.read(payload.body)),)

    def poll(self, connection: Connection, cursor: Mapping[str, Any]) -> Iterator[Batch]:
        """Events that were not acknowledged. Each is deleted there once it is kept here; one that cannot be
        had holds up no other, and is asked for again next time."""
        asking = Api(connection.secrets["token"])
        cursor = _listening(asking, connection, cursor)
        listed = asking.events()
        failed: CallFailed | None = None
        for first in range(0, max(len(listed), 1), AT_ONCE):
            had = []
            for each in listed[first : first + AT_ONCE]:
                try:
                    had.append((each["id"], _fetched(asking, each)))
                except CallFailed as error:
                    failed = error
                    if transport.is_limited(error):
                        break
            yield Batch(tuple(payload for _, payload in had if payload is not None), cursor)
            for event_id, _payload_kept in had:
                asking.acknowledge(event_id)
            if failed is not None and transport.is_limited(failed):
                break
        if failed is not None:
            raise failed

    def tells(self, connection: Connection, event: EventRecord) -> bool:
        return True

    def tell(self, connection: Connection, told: Told) -> Done | Again | Failed:
        if telling.is_over(told.facts):
            return Done(wording.ENDED_THERE)
        status = telling.status_of(told)
        if telling.is_known(told):
            return Done(wording.TOLD_BEFORE)
        asking, location = Api(connection.secrets["token"]), told.facts.get("location_id")
        try:
            answer = asking.set_status(location, told.external_id, status.value)
        except Refused:  # whoever mends the token within the day has not lost this
            return Again(transport.AGAIN_AFTER, wording.NOT_LET_IN)
        if answer.is_success:
            return Done(wording.TOLD)
        if answer.status == transport.LIMITED or answer.status >= 500:
            return Again(transport.wait_of(answer), wording.COMES_AGAIN)
        return Failed(wording.NO_SUCH_ORDER if answer.status == 404 else transport.why(answer))

    def test(self, connection: Connection) -> Sentence:
        asking = Api(connection.secrets["token"])
        names = [asking.location_name(branch) for branch in connection.branches]
        return Sentence(wording.REACHED, {"name": ", ".join(sorted(names))})


def _said(connection: Connection, event: Event) -> Said:
    """All of the order; only where it stands, if it was called off or comes without its items."""
    told = statuses.read(event.state.get("status"))
    location = mapping.location_of(event.state)
    status = statuses.ours(told, rule_sets.of_tenant(connection.tenant_id).rule_set)
    is_whole = "items" in event.state and told not in (HubRiseStatus.CANCELLED, HubRiseStatus.REJECTED)
    restaurant = connection.restaurant(location)
    order = mapping.read(event.state, restaurant, _collected(connection)) if is_whole else None
    return Said(
        external_id=event.order_id,
        as_of=event.as_of,
        order=order,
        status=status,
        reason=_REASONS.get(told),
        makes=order is not None,
        may_go_back=told == HubRiseStatus.DELIVERY_FAILED and status != OrderStatus.CANCELLED,
        facts=telling.facts_of(told, location, event.as_of),
    )


def _listening(asking: Api, connection: Connection, cursor: Mapping[str, Any]) -> Mapping[str, Any]:
    """See to it that HubRise notes events for us, and where it calls: without that it tells nothing."""
    wanted, now = connection.address, dt.datetime.now(dt.UTC)
    checked = cursor.get("checked_at")
    is_fresh = checked is not None and dt.datetime.fromisoformat(checked) > now - _LISTENS_FOR
    if is_fresh and cursor.get("address") == wanted:
        return cursor
    asking.listen(wanted)
    return {**cursor, "address": wanted, "checked_at": now.isoformat()}


def _fetched(asking: Api, listed: Mapping[str, Any]) -> Payload | None:
    """The event with its order; None if it is gone. If it is too large, only what the list said of it."""
    try:
        answer = asking.event(listed["id"])
    except AnswerTooLarge:
        return _payload(transport.as_json(listed))
    if answer.status == 404:
        return None
    if not answer.is_success:
        raise HubRiseFailed(answer)
    return _payload(answer.body)


def _payload(body: bytes, headers: Mapping[str, str] | None = None, *, is_suspect: bool = False) -> Payload:
    topic, order_id, event_id = events.outline(body)
    return Payload(topic, body, order_id, headers or {}, state=event_id, is_suspect=is_suspect)


def _collected(connection: Connection) -> tuple[str, ...]:
    said = str(connection.settings.get("collected") or "")
    return tuple(each.strip() for each in said.split(",") if each.strip())


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted.lower()), "")[:200]
