"""The kinds of text, times and amounts that calls bring, each with its bounds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from iso4217 import Currency
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from ordertrack.i18n.plain_text import plain_text
from ordertrack.messages.addresses import LONGEST_MAIL, mail

Revision = Annotated[int, Field(ge=1)]
LARGEST_AMOUNT = 10**15 - 1  # minor units
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)


def _one_line(text: str) -> str:
    return plain_text(text, len(text))


def _lines(text: str) -> str:
    return plain_text(text.replace("\r\n", "\n"), len(text), lines=True)


def _moment(value: object) -> object:
    # Left to itself, pydantic takes a number in a text for seconds since 1970.
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("must be a date and time with a zone, like 2026-05-01T19:30:00+03:00")
    return value


def _in_utc(moment: dt.datetime) -> dt.datetime:
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("must be a time within the years 1 to 9999") from None


def _email(text: str) -> str:
    address = mail(text)
    if address is None:
        raise ValueError("must be an e-mail address, like rima@example.com")
    return address


def _currency(code: str) -> str:
    if code not in _WITH_MINOR_UNITS:
        raise ValueError("must be the code of a currency by ISO 4217, like LBP")
    return code


_WITH_MINOR_UNITS = frozenset(each.code for each in Currency if each.exponent is not None)
_Line = AfterValidator(_one_line)
ShortLine = Annotated[str, StringConstraints(min_length=1, max_length=100), _Line]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), _Line]
StationName = Annotated[str, StringConstraints(min_length=1, max_length=30), _Line]
Rider = Annotated[str, StringConstraints(min_length=1, max_length=60), _Line]
HoldReason = Annotated[str, StringConstraints(min_length=1, max_length=200), _Line]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=30), _Line]
Email = Annotated[str, StringConstraints(min_length=3, max_length=LONGEST_MAIL), AfterValidator(_email)]
NotifyBy = Literal["whatsapp", "sms", "mail"]
Notes = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_lines)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), _Line]
Instructions = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_lines)]
Channel = Annotated[str, StringConstraints(min_length=1, max_length=30), _Line]
Table = Annotated[str, StringConstraints(min_length=1, max_length=30), _Line]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_currency)]
Amount = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_moment), AfterValidator(_in_utc)]


class RequestModel(BaseModel):
    """The body of a call, or a part of it: nothing in it is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)


def with_examples(*examples: dict[str, Any]) -> ConfigDict:
    """Good bodies, for the document: its page shows calls that bring them, and a test makes these calls."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})
