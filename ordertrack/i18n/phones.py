"""Telephone numbers as people type them: which one is meant, how it reads, and how it is looked up."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from ordertrack.i18n.form_fields import western

LONGEST = 30
_TAIL = 7  # digits, as in the schema: few enough to leave out what may stand before a number, or not
_ANYWHERE = "001"
_NEVER_TEXTED = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


@dataclass(frozen=True, slots=True)
class Phone:
    """`text` is how it is kept and shown; `e164` is `+9613555127`, None where no country has such a one."""

    text: str
    e164: str | None

    @property
    def tail(self) -> str:
        """The last digits, by which orders are looked up."""
        return _digits(self.text)[-_TAIL:]

    @property
    def is_number(self) -> bool:
        return bool(self.tail)


def country_of(zone: str, own_phone: str | None = None) -> str | None:
    """In which country a restaurant is (`LB`): its own number says it, else its zone; None if neither."""
    region = region_of(own_phone) if own_phone else None
    if region and region != _ANYWHERE:
        return region
    territory = get_global("zone_territories").get(zone)
    return None if territory in (None, _ANYWHERE) else str(territory)


def read(text: str, country: str | None) -> Phone:
    """The number that is meant by what was typed in this country; what is none stays as it was typed."""
    typed = " ".join(western(text).split())
    number = _parsed(typed, country)
    if number is None:
        return Phone(typed[:LONGEST], None)
    return Phone(
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
    )


def is_same(one: Phone, other: Phone) -> bool:
    """Whether both are one number; of what no country has, whether the digits are the same."""
    if one.e164 is None or other.e164 is None:
        return _digits(one.text) == _digits(other.text)
    return one.e164 == other.e164


def _parsed(text: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) and not number.extension else None


def _digits(text: str) -> str:
    return "".join(each for each in western(text) if each in "0123456789")


def region_of(e164: str) -> str | None:
    """The country (`LB`) of a number that is written like `+9613555127`."""
    number = _parsed(e164, None)
    return phonenumbers.region_code_for_number(number) if number else None


def can_be_texted(e164: str) -> bool:
    """Whether there may be a mobile telephone at the other end."""
    number = _parsed(e164, None)
    return number is not None and phonenumbers.number_type(number) not in _NEVER_TEXTED
