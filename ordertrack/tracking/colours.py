"""The colours of a guest's page, made of a restaurant's own so that every text on them can be read.

Contrast is that of WCAG 2: 4.5 to 1 is what text of any size needs. Black or white stands on any colour with
4.58 or more, so there is always an ink.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Rgb = tuple[int, int, int]

READABLE = 4.5
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
LIGHT_GROUND, DARK_SURFACE = (244, 242, 238), (27, 32, 37)
"""Of a page's grounds by day and by night the hardest to read on: those of `static/css/base/tokens.css`."""
_GLARING = 7.0  # by night, white on the colour has at least so much: no ground dazzles
_STEPS = 20


@dataclass(frozen=True, slots=True)
class Colours:
    """By day or by night: a ground of the restaurant's colour, what is written on it, loud and less loud, and
    what is written in it on the page's own ground."""

    ground: str
    on_ground: str
    soft: str
    ink: str


def by_day(colour: str) -> Colours:
    ground = _parsed(colour)
    return _colours(ground, _first(_towards(ground, BLACK), READABLE, LIGHT_GROUND))


def by_night(colour: str) -> Colours:
    given = _parsed(colour)
    ground = _first(_towards(given, BLACK), _GLARING, WHITE)
    return _colours(ground, _first(_towards(given, WHITE), READABLE, DARK_SURFACE))


def style(colour: str) -> str:
    """Both as CSS declarations, of nothing but names and colours."""
    return ";".join(
        f"--{when}-{name}:{value}"
        for when, colours in (("day", by_day(colour)), ("night", by_night(colour)))
        for name, value in (
            ("brand", colours.ground),
            ("on-brand", colours.on_ground),
            ("brand-soft", colours.soft),
            ("brand-ink", colours.ink),
        )
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _colours(ground: Rgb, ink: Rgb) -> Colours:
    on_ground = max(BLACK, WHITE, key=lambda each: contrast(each, ground))
    soft = _first(_towards(_mixed(on_ground, ground, 5), on_ground), READABLE, ground)
    return Colours(*map(_written, (ground, on_ground, soft, ink)))


def _first(shades: Iterable[Rgb], needed: float, against: Rgb) -> Rgb:
    """The first that can be read there; the last, which is black or white, always can."""
    return next(shade for shade in shades if contrast(shade, against) >= needed)


def _towards(colour: Rgb, end: Rgb) -> Iterable[Rgb]:
    return (_mixed(colour, end, step) for step in range(_STEPS + 1))


def _mixed(colour: Rgb, other: Rgb, steps: int) -> Rgb:
    """The colour with so many twentieths of the other one."""
    pairs = zip(colour, other, strict=True)
    red, green, blue = (round(one + (two - one) * steps / _STEPS) for one, two in pairs)
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_LINEAR[channel] for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


_LINEAR = [_linear(channel / 255) for channel in range(256)]


def _parsed(colour: str) -> Rgb:
    """From `#rrggbb`; raises ValueError for anything else."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _written(colour: Rgb) -> str:
    return "#" + bytes(colour).hex()
