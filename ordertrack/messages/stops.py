"""Who wants no more messages of a company, and the words by which a guest says so."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable
from enum import Enum

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.messages.masking import masked
from ordertrack.messages.models import MessageStop
from ordertrack.messages.transports import Way

_log = structlog.get_logger(__name__)


class Said(Enum):
    STOP = "stop"
    START = "start"


_WORDS = {
    Said.STOP: (
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit"),
        *("arret", "arreter", "stopper", "desabonner", "desinscrire", "fin"),
        *("توقف", "وقف", "ايقاف", "اوقف", "قف", "الغاء", "ستوب"),
    ),
    Said.START: (
        *("start", "unstop", "subscribe", "resume"),
        *("debut", "demarrer", "reprendre", "abonner"),
        *("ابدا", "ابدء", "استئناف", "اشتراك", "تشغيل"),
    ),
}
_MEANS = {word: said for said, words in _WORDS.items() for word in words}
_ONE_LETTER = str.maketrans({**dict.fromkeys("أإآٱ", "ا"), "ة": "ه", "ى": "ي", "ـ": None})


def said_in(text: str) -> Said | None:
    """What a guest's answer asks for; only one that is nothing but the word asks for anything."""
    bare = "".join(
        each for each in unicodedata.normalize("NFKD", text.translate(_ONE_LETTER)) if not _is_mark(each)
    )
    word = "".join(each for each in bare.casefold() if each.isalnum())
    return _MEANS.get(word)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Cf")


def heed(tenant_id: uuid.UUID, address: str, way: Way, text: str) -> Said | None:
    """Do what an answer from this address asks for, as a transaction; None if it is about something else."""
    said = said_in(text)
    if said == Said.STOP:
        stop(tenant_id, [address], way)
    elif said == Said.START:
        resume(tenant_id, address)
    return said


def stop(tenant_id: uuid.UUID, addresses: Iterable[str], way: Way) -> None:
    """Nothing more goes to any of these; committed."""
    ended = list(addresses)
    if ended:
        rows = [{"tenant_id": tenant_id, "address": each, "transport": way} for each in ended]
        db.session.execute(insert(MessageStop).values(rows).on_conflict_do_nothing())
        db.session.commit()
        _log.info("a guest wants no more messages", addresses=[masked(each) for each in ended])


def resume(tenant_id: uuid.UUID, address: str) -> None:
    """Messages may go there again; committed."""
    db.session.execute(
        delete(MessageStop).where(MessageStop.tenant_id == tenant_id, MessageStop.address == address)
    )
    db.session.commit()


def are_stopped(tenant_id: uuid.UUID, addresses: Iterable[str]) -> set[str]:
    """Those of these that nothing may go to."""
    wanted = list(addresses)
    if not wanted:
        return set()
    query = select(MessageStop.address).where(
        MessageStop.tenant_id == tenant_id, MessageStop.address.in_(wanted)
    )
    return set(db.session.scalars(query))


def number(tenant_id: uuid.UUID) -> int:
    """How many addresses want none."""
    query = select(func.count()).select_from(MessageStop).where(MessageStop.tenant_id == tenant_id)
    return db.session.scalar(query) or 0
