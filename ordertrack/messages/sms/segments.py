"""How many short messages a text is: 160 characters of the GSM alphabet, or 70 of any other.

Where it takes several, each has room for 153, or 67: what is left of it says which part it is. An Arabic
letter is never of the GSM alphabet, so one alone makes a text short. (Source: 3GPP TS 23.038, 6.2.1, and
TS 23.040, 9.2.3.24.1; https://en.wikipedia.org/wiki/GSM_03.38.)
"""

from __future__ import annotations

from typing import NamedTuple

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = "\f^{}\\[~]|€"
_COSTS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_ESCAPED, 2)
# What typesetters write, as the alphabet of telephones has it. Marks of direction are no letters at all.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("’‘‚′", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("–—−‐‑", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2002\u2003", " "),
        "…": "...",
        **dict.fromkeys("\u2066\u2067\u2068\u2069\u200e\u200f\u200b\u2060\ufeff\u00ad"),
    }
)


class Counted(NamedTuple):
    """`length` in characters as they are counted, of which each of the `segments` has room for `room`."""

    length: int
    segments: int
    room: int
    is_unicode: bool


def plain(text: str) -> str:
    """The same text with what telephones write instead of a typesetter's marks."""
    return text.translate(_PLAIN)


def count(text: str) -> Counted:
    if all(each in _COSTS for each in text):
        costs = [_COSTS[each] for each in text]
        return _counted(costs, 160, 153, is_unicode=False)
    # Beyond the first 65,536 characters a letter is two units, which are not parted.
    return _counted([len(each.encode("utf-16-le")) // 2 for each in text], 70, 67, is_unicode=True)


def _counted(costs: list[int], alone: int, among: int, *, is_unicode: bool) -> Counted:
    length = sum(costs)
    if length <= alone:
        return Counted(length, 1, alone, is_unicode)
    segments, left = 1, among
    for cost in costs:
        if cost > left:
            segments, left = segments + 1, among
        left -= cost
    return Counted(length, segments, among, is_unicode)
