"""Which passwords may be chosen: long enough, and not among those that are guessed first."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.models import Restaurant, Tenant

SHORTEST = 10
LONGEST = 1000  # more than that no sign-in reads
_JUDGED = 72  # characters; what is stronger than this need not be looked at any further
_LITTLE = 6  # letters and digits
_STRONG_ENOUGH = 3  # of 4, as zxcvbn counts: it takes a hundred million guesses


def weakness(password: str, about: Iterable[str] = ()) -> str | None:
    """What to change about a password, None if nothing: `about` says whose it is, in whatever words."""
    if len(password) < SHORTEST:
        return _("A password has 10 characters or more.")
    if len(password) > LONGEST:
        return _("A password has 1,000 characters or fewer.")
    from zxcvbn import zxcvbn  # its lists of words are read only where a password is chosen

    words = _words(about)
    if _is_made_of(password, words):
        return _said_of_names()
    judged = zxcvbn(password[:_JUDGED], user_inputs=sorted(words))
    return None if judged["score"] >= _STRONG_ENOUGH else _what_to_change(judged["sequence"])


def of_company(tenant_id: uuid.UUID) -> list[str]:
    """The names that whoever knows the company would try."""
    restaurants = select(Restaurant).where(Restaurant.tenant_id == tenant_id).limit(100)
    named: list[Any] = [*db.session.scalars(select(Tenant).where(Tenant.id == tenant_id))]
    named += db.session.scalars(restaurants)
    return [word for each in named for word in (each.name, each.slug)]


def _words(about: Iterable[str]) -> set[str]:
    """Each as a whole and in its parts."""
    said = [each for each in about if each]
    return {*said, *(part for each in said for part in re.split(r"[\W_]+", each) if len(part) > 2)}


def _is_made_of(password: str, words: set[str]) -> bool:
    """Whether little is left of it without them."""
    rest = whole = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.casefold(), " ")
    return rest != whole and len(re.sub(r"[\W_]", "", rest)) < _LITTLE


def _said_of_names() -> str:
    return _(
        "Whoever knows you would guess this password: it has your name, your address or the company's"
        " name in it. Choose words that have nothing to do with you."
    )


def _what_to_change(parts: list[dict[str, Any]]) -> str:
    kinds = {part["pattern"] for part in parts}
    if any(part.get("dictionary_name") == "user_inputs" for part in parts):
        return _said_of_names()
    if "dictionary" in kinds:
        return _(
            "This password is a well-known word with little added: it would be guessed soon. Put two or three"
            " words more that do not belong together."
        )
    if kinds & {"repeat", "sequence", "spatial", "date", "regex"}:
        return _(
            "This password is a row, a repetition or a date: it would be guessed soon. Choose three or four"
            " words that do not belong together."
        )
    return _(
        "This password would be guessed soon. Make it longer: three or four words that do not"
        " belong together."
    )
