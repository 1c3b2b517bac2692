"""A sentence of the summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ordertrack.i18n import formats
from ordertrack.i18n.translate import ngettext, number

_MOST_NAMED = 5  # restaurants in a sentence


class Sentence(NamedTuple):
    """`orders` is where the orders are that it counts, if it counts some of one kind."""

    text: str
    orders: str | None = None


def restaurants(listed: Sequence[str]) -> str:
    """The first of these, and how many more there are."""
    named = list(listed[:_MOST_NAMED])
    if (more := len(listed) - _MOST_NAMED) > 0:
        named.append(ngettext("%(num)s more restaurant", "%(num)s more restaurants", more, num=number(more)))
    return formats.listed(named)
