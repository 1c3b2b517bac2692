"""What the words of other logs mean: for a status, for how an order reaches its guest, and for nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from ordertrack.rules.state_machine import Fulfilment, OrderStatus

_Meant = TypeVar("_Meant", OrderStatus, Fulfilment)

_STATUSES = {
    OrderStatus.PENDING: (
        "pending, new, placed, order placed, received, order received, created, ordered, open, "
        "en attente, nouvelle, reçue, passée, créée, قيد الانتظار, جديد, جديدة, مستلم, تم الاستلام, "
        "تم الطلب"
    ),
    OrderStatus.CONFIRMED: (
        "confirmed, order confirmed, accepted, acknowledged, approved, confirmée, acceptée, validée, "
        "مؤكد, مؤكدة, مقبول, مقبولة, تم التأكيد, تم القبول"
    ),
    OrderStatus.PREPARING: (
        "preparing, in progress, in kitchen, cooking, being prepared, in preparation, processing, "
        "started, en préparation, en cuisine, en cours, قيد التحضير, في المطبخ, قيد الإعداد"
    ),
    OrderStatus.READY: (
        "ready, prepared, order ready, ready for pickup, ready for delivery, ready for collection, "
        "cooked, prête, préparée, prêt, جاهز, جاهزة"
    ),
    OrderStatus.DELIVERING: (
        "delivering, on the way, out for delivery, dispatched, in delivery, picked up, on route, "
        "en route, in transit, shipped, en livraison, en chemin, partie, expédiée, قيد التوصيل, "
        "في الطريق, خرج للتوصيل"
    ),
    OrderStatus.COMPLETED: (
        "completed, complete, delivered, order delivered, done, finished, closed, fulfilled, served, "
        "collected, handed over, paid, livrée, terminée, servie, remise, retirée, clôturée, livré, "
        "terminé, مكتمل, مكتملة, تم التوصيل, تم التسليم, منتهي, منتهية, مسلم"
    ),
    OrderStatus.CANCELLED: (
        "rejected, declined, refused, void, voided, no show, failed, expired, aborted, called off, "
        "refusée, rejetée, abandonnée, échouée, ملغي, ملغى, ملغاة, ملغية, مرفوض, مرفوضة, تم الإلغاء, "
        "تم الرفض, لاغي"
    ),
}
_CALLED_OFF = ("cancel", "annul")  # by whomever, for whatever reason
_NOT = frozenset({"not", "non", "pas", "un"})

_FULFILMENTS = {
    Fulfilment.DELIVERY: (
        "delivery, deliver, home delivery, delivered, food delivery, to deliver, courier, livraison, "
        "à domicile, livraison à domicile, livrée, à livrer, توصيل, دليفري, ديليفري, توصيل للمنزل, "
        "توصيل منزلي, خدمة التوصيل, للتوصيل"
    ),
    Fulfilment.PICKUP: (
        "pickup, pick up, picked up, takeaway, take away, takeout, take out, to go, togo, carryout, "
        "carry out, collection, collect, click and collect, click & collect, curbside, drive thru, "
        "drive through, self pickup, self pick up, store pickup, counter, à emporter, emporter, "
        "vente à emporter, retrait, retrait sur place, au comptoir, استلام, سفري, تيك اواي, تيك أواي, "
        "تيك اوي, استلام من المطعم, استلام من الفرع, من المحل, خارجي"
    ),
    Fulfilment.DINE_IN: (
        "dine in, dinein, dining in, eat in, eatin, dine, dining, table, table service, in house, "
        "on site, on premise, for here, here, restaurant, sur place, en salle, à table, au restaurant, "
        "salle, محلي, صالة, في الصالة, داخل المطعم, في المطعم, تناول في المطعم, على الطاولة, طاولة, داخلي"
    ),
}

_EMPTY = frozenset(
    (
        *(
            "",
            "-",
            "--",
            "---",
            "–",
            "—",
            "?",
            "nan",
            "nat",
            "null",
            "none",
            "nil",
            "n/a",
            "na",
            "#n/a",
            "#na",
        ),
        *("#null!", "<na>", "(null)", "(blank)", "undefined", "\\n", "néant", "غير متوفر", "لا يوجد"),
    )
)
_ZERO_DATE = re.compile(r"0{4}[-/.]00?[-/.]00?([ t]00?:00?(:00?(\.0+)?)?z?)?|00?[-/.]00?[-/.]0{2,4}.*")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without case, accents, and the marks between words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) not in ("Mn", "Cf"))
    return re.sub(r"[^\w&°#%+]+|_+", " ", bare.replace("ـ", "")).strip()


def filled(cell: str) -> str:
    """The cell without blanks around it; empty if what stands there says that nothing does."""
    cell = cell.strip()
    folded = cell.casefold()
    if folded in _EMPTY or (cell[:2] in ("00", "0/", "0-") and _ZERO_DATE.fullmatch(folded)):
        return ""
    return cell


def status(text: str) -> OrderStatus | None:
    """The status that a log's word means; None where nobody knows."""
    said = plain(text)
    if said not in _STATUS_OF and any(word.startswith(_CALLED_OFF) for word in said.split()):
        return None if _NOT & set(said.split()) else OrderStatus.CANCELLED
    return _STATUS_OF.get(said)


def fulfilment(text: str) -> Fulfilment | None:
    """How the order reaches its guest; None where nobody knows the word."""
    return _FULFILMENT_OF.get(plain(text))


def _by_word(words: Mapping[_Meant, str]) -> dict[str, _Meant]:
    return {
        plain(word): meant
        for meant, listed in words.items()
        for each in listed.split(",")
        # French agrees with what it speaks of.
        for word in ([each, each.strip()[:-1]] if each.strip().endswith("ée") else [each])
    }


_STATUS_OF = _by_word(_STATUSES)
_FULFILMENT_OF = _by_word(_FULFILMENTS)


YES = frozenset(map(plain, ["yes", "y", "true", "t", "1", "oui", "vrai", "x", "نعم", "صح"]))
NO = frozenset(map(plain, ["no", "n", "false", "f", "0", "non", "faux", "لا", "خطأ"]))
