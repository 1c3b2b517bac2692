"""Texts and numbers of others made fit for a card: what no screen can show is left out, and nothing else."""

from __future__ import annotations

import html
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from ordertrack.channels.interface import Refused
from ordertrack.i18n import money
from ordertrack.i18n.plain_text import is_visible
from ordertrack.i18n.translate import marked

LONGEST_NAME = 200
LONGEST_LINE = 100
LONGEST_NOTES = 1000
LONGEST_PHONE = 30
MOST_MODIFIERS = 20
LARGEST_QUANTITY = 999
_LARGEST_AMOUNT = 10**15 - 1
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_TAG = re.compile(r"<[^<>]{0,1000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,100}>", re.IGNORECASE)
_JOINERS = "\u200c\u200d"  # letters of Persian, Urdu and emoji need them


def line(said: Any, longest: int = LONGEST_LINE) -> str | None:
    """One line of it; None where nothing can be seen. What is longer ends in `…`."""
    return _cut(" ".join(_readable(said).split()), longest)


def lines(said: Any, longest: int = LONGEST_NOTES) -> str | None:
    """As `line`, with its breaks."""
    parts = [" ".join(part.split()) for part in _readable(said).splitlines()]
    return _cut("\n".join(part for part in parts if part), longest)


def from_html(said: Any) -> str:
    """What a reader of the page would see of it."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", said))) if isinstance(said, str) else ""


def counted(name: str, quantity: Any) -> tuple[str, int]:
    """The name and how many of it; a part of one, or more than fit, stands before the name.

    Raises Refused for what is no amount.
    """
    try:
        amount = Decimal(str(quantity))
    except InvalidOperation:
        raise Refused(_NO_QUANTITY, quantity=str(quantity)[:40], name=name) from None
    if isinstance(quantity, bool) or not amount.is_finite() or not 0 < amount < 10**9:
        raise Refused(_NO_QUANTITY, quantity=str(quantity)[:40], name=name)
    if amount == amount.to_integral_value() and amount <= LARGEST_QUANTITY:
        return name, int(amount)
    said = f"{amount.normalize():f} × {name}"
    return _cut(said, LONGEST_NAME) or said, 1


def minor_units(amount: Any, currency: str) -> int:
    """An amount in decimals, to the nearest minor unit of its currency; raises Refused."""
    try:
        value = Decimal(str(amount)).quantize(Decimal(1).scaleb(-money.decimals(currency)))
        minor = money.in_minor_units(value, currency)
    except (InvalidOperation, ValueError):
        raise Refused(_NO_AMOUNT, amount=str(amount)[:40]) from None
    if isinstance(amount, bool) or not 0 <= minor <= _LARGEST_AMOUNT:
        raise Refused(_NO_AMOUNT, amount=str(amount)[:40])
    return minor


def modifiers(said: list[str], notes: str | None = None) -> tuple[tuple[str, ...], str | None]:
    """Those that fit, and the notes with those that do not: a kitchen must not miss the end of one."""
    fit = [each for each in said if len(each) <= LONGEST_LINE][:MOST_MODIFIERS]
    over = [each for each in said if each not in fit]
    return tuple(fit), lines("\n".join([*([notes] if notes else []), *over]))


def _readable(said: Any) -> str:
    if not isinstance(said, str | int | float) or isinstance(said, bool):
        return ""
    kept = (
        each if each == "\n" or each in _JOINERS or unicodedata.category(each) not in _UNWANTED else " "
        for each in str(said).replace("\r\n", "\n").replace("\r", "\n")
        if unicodedata.category(each) != "Cf" or each in _JOINERS
    )
    return "".join(kept)


def _cut(said: str, longest: int) -> str | None:
    if not is_visible(said):
        return None
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"


_NO_QUANTITY = marked("“%(quantity)s” is no quantity of “%(name)s”.")
_NO_AMOUNT = marked("“%(amount)s” is no amount of money.")
