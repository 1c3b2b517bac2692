"""What a column of a log can mean, and by which names columns mean it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ordertrack.importing.words import plain
from ordertrack.rules.state_machine import OrderStatus

COLUMN_OF = {
    OrderStatus.PENDING: "placed",
    OrderStatus.CONFIRMED: "confirmed",
    OrderStatus.PREPARING: "preparing",
    OrderStatus.READY: "ready",
    OrderStatus.DELIVERING: "delivering",
    OrderStatus.COMPLETED: "completed",
    OrderStatus.CANCELLED: "cancelled",
}
"""The columns that carry a time, by the status that began then."""
STATUS_OF = {column: status for status, column in COLUMN_OF.items()}
TIMES = (*COLUMN_OF.values(), "at")

ROLES = {
    "order": "the order's id in the log",
    "restaurant": "its restaurant: a slug, an id or a name (not needed with --restaurant)",
    "placed": "when it came in: the one time that no order may lack",
    "confirmed": "when the restaurant accepted it",
    "preparing": "when the kitchen began",
    "ready": "when the kitchen was done",
    "delivering": "when it left the house; empty: it went from ready to completed",
    "completed": "when it was handed over",
    "cancelled": "when it was called off",
    "at": "when the row's status began, in a log with a row an event",
    "date": "the day of times that stand without one",
    "status": "where it stood, such as Delivered or Cancelled",
    "reason": "why it was called off",
    "fulfilment": "delivery, pickup or dine_in, or words for them; empty: what --fulfilment says",
    "items": "its dishes, written like: 2 x Fattoush; Ayran",
    "quantity": "how many of the dish, in a log with a row a dish",
    "timezone": "the zone that the row's times are in",
}

Sources = dict[str, tuple[str, ...]]
"""For a role the names of the columns that mean it; none: whatever the log has, it is left out."""


class UnusableColumns(ValueError):
    """The mapping is none, or does not fit the log; the message says what to change."""


def parse(mapping: str) -> Sources:
    """`order=instance+order,ready=` as {'order': ('instance', 'order'), 'ready': ()}."""
    sources: Sources = {}
    for pair in filter(None, (each.strip() for each in mapping.split(","))):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or ours not in ROLES:
            raise UnusableColumns(
                f"{pair!r} does not say which column means what; placed=created_at would."
                f" What can be mapped: {', '.join(ROLES)}."
            )
        if ours in sources:
            raise UnusableColumns(f"{ours} is mapped twice.")
        sources[ours] = tuple(name.strip() for name in theirs.split("+")) if theirs else ()
        if ours in TIMES and len(sources[ours]) > 2:
            raise UnusableColumns(
                f"{ours} is a time: one column means it, or one of days and one of times of day, not"
                f" {len(sources[ours])}."
            )
    return sources


@dataclass(frozen=True, slots=True)
class Named:
    """What a header says: the name without what stands beside it, the unit of numbers, whether it is UTC.

    `is_duration`: what stands there, `00:18:21`, is how long something took, and no time of day.
    """

    base: str
    unit_seconds: float | None
    is_utc: bool
    is_duration: bool = False


_UNITS = {
    **dict.fromkeys(["s", "sec", "secs", "second", "seconds", "seconde", "secondes", "ثانية", "ثواني"], 1.0),
    **dict.fromkeys(["min", "mins", "minute", "minutes", "mn", "دقيقة", "دقائق"], 60.0),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours", "heure", "heures", "ساعة", "ساعات"], 3600.0),
}
_UTC = ("utc", "gmt")
_DURATIONS = frozenset(map(plain, ("duration", "elapsed", "took", "durée", "مدة", "المدة")))
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*$")


def named(header: str) -> Named:
    """What a column's name says of it."""
    words = plain(_IN_BRACKETS.sub(r" \1", header)).split()
    unit, is_utc = None, False
    while len(words) > 1:
        if words[-1] in _UTC:
            is_utc = True
        elif words[-1] in _UNITS and unit is None:
            unit = _UNITS[words[-1]]
        else:
            break
        words.pop()
    if words[-1:] == ["in"]:
        words.pop()
    return Named(" ".join(words), unit, is_utc, bool(_DURATIONS & set(words)))


def meant_by(base: str) -> str | None:
    """The role that a column of this bare name has; None where the name says nothing."""
    return _ROLE_OF.get(base)


_NAMES = {
    "order": (
        "order, order id, orderid, order no, order nr, order number, order num, order #, order code, "
        "order ref, order reference, id, no, n°, number, ticket, ticket no, ticket number, ticket id, "
        "bill no, bill number, check number, receipt, receipt no, receipt number, invoice no, "
        "invoice number, reference, transaction id, commande, id commande, commande id, n° commande, "
        "no commande, num commande, numero commande, numero de commande, n° de commande, no de commande, "
        "référence, référence commande, numéro, ticket de caisse, رقم الطلب, الطلب, طلب, رقم, "
        "رقم الطلبية, الطلبية, رقم الفاتورة, معرف الطلب"
    ),
    "restaurant": (
        "restaurant, restaurant name, restaurant id, restaurant slug, store, store name, store id, "
        "branch, branch name, branch id, outlet, outlet name, shop, shop name, location, location name, "
        "vendor, vendor name, merchant, merchant name, merchant id, kitchen, site, nom du restaurant, "
        "succursale, établissement, magasin, point de vente, agence, المطعم, مطعم, اسم المطعم, الفرع, "
        "فرع, اسم الفرع, المحل"
    ),
    "date": (
        "order date, date of order, business date, day, date de commande, date de la commande, jour, "
        "تاريخ الطلب, اليوم, تاريخ"
    ),
    "at": (
        "at, timestamp, time, date, datetime, date time, event time, event at, event date, "
        "event timestamp, status time, status at, status date, changed at, change time, occurred at, "
        "updated at, logged at, when, heure, date heure, date et heure, horodatage, الوقت, التاريخ, وقت, "
        "التاريخ والوقت, وقت الحدث"
    ),
    "status": (
        "status, state, order status, order state, event, event type, status name, new status, to status, "
        "etape, étape, statut, état, statut commande, statut de la commande, état de la commande, "
        "évènement, événement, الحالة, حالة, حالة الطلب, الحدث"
    ),
    "reason": (
        "reason, cancel reason, cancellation reason, cancelled reason, reason for cancellation, motif, "
        "raison, motif d annulation, raison d annulation, السبب, سبب الإلغاء, سبب"
    ),
    "fulfilment": (
        "fulfilment, fulfillment, fulfilment type, fulfillment type, order type, type of order, type, "
        "service, service type, delivery type, delivery method, delivery mode, order mode, mode, "
        "channel type, type de commande, mode de livraison, mode de retrait, type de service, نوع الطلب, "
        "طريقة الاستلام, طريقة التسليم, نوع الخدمة, النوع"
    ),
    "items": (
        "items, item, item name, items ordered, order items, products, product, product name, dish, "
        "dishes, dish name, menu item, line item, line items, article, articles, plat, plats, produit, "
        "produits, désignation, الأصناف, الصنف, صنف, الأطباق, الطبق, طبق, المنتج, المنتجات, اسم الصنف"
    ),
    "quantity": "quantity, qty, count, item quantity, item qty, quantité, qté, nombre, الكمية, كمية, العدد",
    "timezone": "timezone, time zone, tz, zone, fuseau, fuseau horaire, المنطقة الزمنية",
}
# What begins then, in the words of which names of times are made: ready, ready_at, order_ready_time.
_BEGINNINGS = {
    "placed": (
        "placed, created, ordered, order, order placed, order created, received, submitted, opened, "
        "purchase, booking, ordering"
    ),
    "confirmed": (
        "confirmed, accepted, acknowledged, approved, confirmation, acceptance, restaurant accepted, "
        "order confirmed, order accepted, order acknowledged"
    ),
    "preparing": (
        "preparing, prep start, preparation start, prep started, preparation started, cooking, "
        "cooking start, cooking started, started, kitchen start, kitchen started, in kitchen, start, fired"
    ),
    "ready": (
        "ready, prepared, order ready, food ready, ready for pickup, cooked, kitchen done, prep end, "
        "preparation end, done cooking, bumped, food prepared, order prepared"
    ),
    "delivering": (
        "delivering, dispatched, picked up, order picked, order picked up, picked, left, departed, "
        "out for delivery, on the way, dispatch, courier picked up, rider picked up, shipped, "
        "handed to courier"
    ),
    "completed": (
        "completed, delivered, finished, closed, handed over, served, collected, fulfilled, delivery, "
        "completion, order delivered, order completed, paid, done"
    ),
    "cancelled": "cancelled, canceled, cancellation, order cancelled, order canceled, rejected, called off",
}
_ELSEWHERE = {
    "placed": (
        "commandé le, commandé à, commandée le, commandée à, passée le, passée à, créée le, créée à, "
        "créé le, reçue le, reçue à, heure de commande, heure commande, date heure commande, "
        "heure de la commande, date et heure de commande, date création, heure de réception, وقت الطلب, "
        "تاريخ ووقت الطلب, وقت وتاريخ الطلب, تاريخ الإنشاء, وقت الإنشاء, ساعة الطلب, وقت الاستلام"
    ),
    "confirmed": (
        "confirmée le, confirmée à, acceptée le, acceptée à, heure de confirmation, heure confirmation, "
        "heure d acceptation, confirmée, acceptée, وقت التأكيد, تاريخ التأكيد, وقت القبول, التأكيد"
    ),
    "preparing": (
        "début préparation, début de préparation, heure de préparation, en préparation, préparation, "
        "début cuisine, بدء التحضير, وقت التحضير, وقت بدء التحضير, التحضير"
    ),
    "ready": (
        "prête à, prête le, prête, heure prête, prêt à, fin de préparation, fin préparation, préparée à, "
        "وقت الجهوزية, جاهز, جاهز في, وقت الجاهزية, انتهاء التحضير, وقت الانتهاء من التحضير, الجاهزية"
    ),
    "delivering": (
        "partie à, partie le, départ, heure de départ, en livraison, expédiée à, départ livreur, "
        "وقت الخروج, وقت الانطلاق, خرج للتوصيل, وقت خروج الطلب"
    ),
    "completed": (
        "livrée à, livrée le, livrée, terminée à, terminée le, terminée, remise à, heure de livraison, "
        "servie à, وقت التسليم, وقت التوصيل, تم التسليم, وقت الإكمال, وقت الانتهاء, التسليم"
    ),
    "cancelled": "annulée à, annulée le, annulée, heure d annulation, وقت الإلغاء, تاريخ الإلغاء",
}
_AS_TIMES = (
    "{} at", "{} on", "{} time", "time {}", "{} timestamp", "{} datetime", "{} date time", "{} ts", "{} date",
    "date {}", "order {} at", "order {} time", "{} time at", "time order {}",
)  # fmt: skip


def _by_name() -> dict[str, str]:
    known: dict[str, str] = {}
    for role in ROLES:
        known[plain(role)] = role
    for listed in (_NAMES, _ELSEWHERE):
        for role, names in listed.items():
            for name in names.split(","):
                known.setdefault(plain(name), role)
    for role, beginnings in _BEGINNINGS.items():
        for each in beginnings.split(","):
            beginning = each.strip()
            if beginning != "order":
                known.setdefault(beginning, role)
            for form in _AS_TIMES:
                known.setdefault(form.format(beginning), role)
    return known


_ROLE_OF = _by_name()
