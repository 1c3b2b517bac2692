"""What the words that logs have for an order's status mean."""

from __future__ import annotations

import re
import unicodedata

from ordertrack.rules.state_machine import OrderStatus

COLUMN_NAMES = ("status", "order_status", "state", "order_state")
"""What logs call the column, in any case, with spaces or hyphens for the underscore."""

_WORDS = {
    OrderStatus.PENDING: "pending, new, placed, received, created, en attente, nouvelle, قيد الانتظار, جديد",
    OrderStatus.CONFIRMED: "confirmed, accepted, acknowledged, confirmée, acceptée, مؤكد, مقبول",
    OrderStatus.PREPARING: "preparing, in progress, in kitchen, cooking, being prepared, en préparation,"
    " قيد التحضير",
    OrderStatus.READY: "ready, prepared, ready for pickup, ready for delivery, prête, جاهز",
    OrderStatus.DELIVERING: "delivering, on the way, out for delivery, dispatched, in delivery, picked up,"
    " en livraison, en route, قيد التوصيل, في الطريق",
    OrderStatus.COMPLETED: "completed, complete, delivered, done, finished, closed, fulfilled, served,"
    " collected, handed over, livrée, terminée, servie, مكتمل, تم التوصيل, منتهي",
    OrderStatus.CANCELLED: "rejected, declined, refused, void, voided, no show, failed, expired, refusée,"
    " ملغي, ملغى, ملغاة, مرفوض",
}
_CALLED_OFF = ("cancel", "annul")  # by whomever, for whatever reason


def _plain(text: str) -> str:
    """Without case, accents, and the marks between words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-/.]+", " ", bare).strip()


_MEANING = {
    _plain(word): status
    for status, words in _WORDS.items()
    for each in words.split(",")
    # French agrees with what it speaks of.
    for word in ([each, each.strip()[:-1]] if each.strip().endswith("ée") else [each])
}


def is_column_name(theirs: str) -> bool:
    return _plain(theirs).replace(" ", "_") in COLUMN_NAMES


def meaning(text: str) -> OrderStatus | None:
    """The status that a log's word means; None where nobody knows."""
    plain = _plain(text)
    return OrderStatus.CANCELLED if plain.startswith(_CALLED_OFF) else _MEANING.get(plain)
