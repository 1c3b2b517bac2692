"""Messages by web push: to every browser that asked on the page of the order, in that page's language."""

from __future__ import annotations

import datetime as dt
import uuid

from ordertrack.database.session import db
from ordertrack.i18n.translate import marked, speaking
from ordertrack.messages import wording
from ordertrack.messages.fields import Field
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import MayHaveGone, Message, NotSent, Outcome, Sent, Settings, Way
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.push import guests, sending
from ordertrack.push.notice import Notice, Urgency
from ordertrack.push.sending import Answer
from ordertrack.push.subscription import Subscription

_URGENT = frozenset({Kind.READY, Kind.ON_THE_WAY, Kind.CANCELLED})
# The best that became of any of them is what became of the message.
_FROM_BEST = (
    sending.Outcome.SENT,
    sending.Outcome.UNKNOWN,
    sending.Outcome.LATER,
    sending.Outcome.REFUSED,
    sending.Outcome.GONE,
)


class Push:
    """By the push services of the guests' browsers, which cost nothing and need no account."""

    way = Way.PUSH
    name = marked("Notification of the browser")
    fields: tuple[Field, ...] = ()

    def address_of(self, order: OrderRecord) -> str | None:
        """None but while a browser is told of it; there is no number or name that could be stopped."""
        return f"push:{order.id}" if guests.of_order(order.tenant_id, order.id) else None

    def is_set_up(self, settings: Settings) -> bool:
        return True

    def send(self, message: Message, settings: Settings) -> Outcome:
        assert message.order_id is not None
        found = guests.of_order(message.tenant_id, message.order_id)
        browsers = [
            (each.digest, Subscription.unsealed(each.sealed_subscription), each.language, each.site)
            for each in found
        ]
        answers = []
        for digest, browser, language, site in browsers:
            answer = sending.send(message.tenant_id, browser, site, notice_of(message, language))
            if answer.outcome == sending.Outcome.GONE:
                guests.end(message.tenant_id, message.order_id, digest)
            answers.append(answer)
        return _judged(answers)


def notice_of(message: Message, language: str) -> Notice:
    """What a browser shows; the next one of the same order takes its place."""
    return Notice(
        title=message.sender,
        body=_worded(message, language),
        tag=f"order-{message.order_id}",
        path=f"/track/{message.token}",
        language=language,
        until=message.until,
        urgency=Urgency.HIGH if message.kind in _URGENT else Urgency.NORMAL,
    )


def _worded(message: Message, language: str) -> str:
    """In the language that was read on the page, which may be another than the order's."""
    if language == message.language or message.order_id is None:
        return message.text
    order = _order(message.tenant_id, message.order_id)
    with speaking(language):
        return wording.worded(message.kind, wording.facts_of(order), dt.datetime.now(dt.UTC)).text


def _order(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord:
    order = records.find(tenant_id, order_id)
    db.session.rollback()
    assert order is not None
    return order


def _judged(answers: list[Answer]) -> Outcome:
    if not answers:
        return NotSent("no browser is told any more", for_good=True)
    best = min(answers, key=lambda each: _FROM_BEST.index(each.outcome))
    match best.outcome:
        case sending.Outcome.SENT:
            return Sent(best.reference or None)
        case sending.Outcome.UNKNOWN:
            return MayHaveGone(best.note)
        case sending.Outcome.LATER:
            return NotSent(best.note)
        case _:
            return NotSent(best.note, for_good=True)
