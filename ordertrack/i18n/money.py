"""How amounts of money read: kept in minor units by ISO 4217, written as the reader's language has it."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision
from flask import Flask
from iso4217 import Currency

from ordertrack.i18n.translate import add_filters, current, digits


def in_major_units(amount: int, currency: str) -> Decimal:
    """1250 JPY are 1250, 1250 LBP 12.50, 1250 KWD 1.250."""
    return Decimal(amount).scaleb(-decimals(currency))


def in_minor_units(amount: Decimal, currency: str) -> int:
    """The other way; raises ValueError for parts of a minor unit."""
    minor = amount.scaleb(decimals(currency))
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {decimals(currency)} decimals")
    return int(minor)


def is_currency(code: str) -> bool:
    """Whether money is counted in it: precious metals and the like have no minor units."""
    return code in _DECIMALS


def codes() -> frozenset[str]:
    """Every currency that money is counted in."""
    return frozenset(_DECIMALS)


def money(amount: int, currency: str) -> str:
    """As `12.50 €`; decimals that nobody uses any more (the Lebanese pound's) only where some are due."""
    language = current()
    value = in_major_units(amount, currency)
    unused = get_currency_precision(currency) < decimals(currency)
    has_part = unused and value != value.to_integral_value()
    said = format_currency(
        value,
        currency,
        locale=language.locale,
        currency_digits=not has_part,
        numbering_system=language.digits,
    )
    said = _GLUED.sub("\\1\u00a0", said)
    return digits(_TURNED.sub("\\g<0>\u200e", said) if language.direction == "rtl" else said)


def decimals(currency: str) -> int:
    """How many decimals its minor unit is."""
    try:
        return _DECIMALS[currency]
    except KeyError:
        raise InvalidOperation(f"{currency} is no currency") from None


def init_app(app: Flask) -> None:
    add_filters(app.jinja_env, money=money, decimals=decimals)


# Among what runs from right to left the sign would go before the letters.
_TURNED = re.compile(r"[A-Z]\$")
_GLUED = re.compile(r"([A-Za-z])(?=[0-9])")
_DECIMALS: dict[str, int] = {each.code: each.exponent for each in Currency if each.exponent is not None}
