"""What is wrong with how a restaurant wants to show itself to its guests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants.brand import Brand

LONGEST_NAME, LONGEST_PHONE, MOST_LINES, LONGEST_LINE = 60, 30, 4, 80
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9 ()./-]*[0-9]", re.ASCII)
_DIGITS_OF_A_PHONE = range(7, 16)  # E.164 has fifteen at most


def problems_of_brand(wanted: Brand) -> dict[str, str]:
    """A sentence for each field."""
    return dict(reversed([*_problems(wanted)]))  # the first of a field is kept


def _problems(wanted: Brand) -> Iterator[tuple[str, str]]:
    if not _COLOUR.fullmatch(wanted.colour):
        yield "colour", _("Give a colour as # and six digits or letters from a to f, as #17493a.")
    if wanted.name is not None:
        try:
            plain_text(wanted.name, LONGEST_NAME)
        except UnusableText as error:
            yield "name", _("The name %(problem)s.", problem=error)
    if wanted.phone is not None and not _is_phone(wanted.phone):
        yield "phone", _("Give a phone number that begins with + and its country, as +961 1 555 701.")
    if len(wanted.address) > MOST_LINES:
        yield "address", _("An address has %(lines)s lines at most.", lines=number(MOST_LINES))
    for line in wanted.address:
        try:
            plain_text(line, LONGEST_LINE)
        except UnusableText as error:
            yield "address", _("A line of the address %(problem)s.", problem=error)


def _is_phone(text: str) -> bool:
    digits = sum(each.isdigit() for each in text)
    is_in_bounds = digits in _DIGITS_OF_A_PHONE and len(text) <= LONGEST_PHONE
    return is_in_bounds and _PHONE.fullmatch(text) is not None
