"""Whatever colour a restaurant chooses, every text on a guest's page can be read, by day and by night."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ordertrack.database.config import ROOT
from ordertrack.tracking import colours
from ordertrack.tracking.colours import BLACK, DARK_SURFACE, LIGHT_GROUND, WHITE, Rgb

LADDER = (*range(0, 256, 15), 118, 119, 188)  # with the greys on which neither black nor white stands out
READABLE = 4.5  # WCAG 2, for text of any size
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def written(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def read(colour: str) -> Rgb:
    found = re.fullmatch("#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", colour)
    assert found is not None, colour
    red, green, blue = (int(each, 16) for each in found.groups())
    return red, green, blue


def faults(colour: Rgb) -> list[str]:
    """What could not be read."""
    found = []
    for when, page in ((colours.by_day, LIGHT_GROUND), (colours.by_night, DARK_SURFACE)):
        made = when(written(colour))
        pairs = {"on": (made.on_ground, made.ground), "soft": (made.soft, made.ground)}
        pairs |= {"ink": (made.ink, written(page))}
        for name, (one, other) in pairs.items():
            if colours.contrast(read(one), read(other)) < READABLE:
                found.append(f"{written(colour)} {when.__name__} {name}: {one} on {other}")
    return found


def test_every_rung_of_every_colour_can_be_read() -> None:
    assert [fault for colour in product(LADDER, repeat=3) for fault in faults(colour)] == []


@given(COLOURS)
@example((117, 117, 117))
def test_any_colour_can_be_read(colour: Rgb) -> None:
    assert faults(colour) == []


def test_the_colour_itself_is_the_ground_by_day_and_no_ground_dazzles_by_night() -> None:
    for colour in product(LADDER, repeat=3):
        assert colours.by_day(written(colour)).ground == written(colour)
        assert colours.contrast(read(colours.by_night(written(colour)).ground), WHITE) >= 7


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [(BLACK, WHITE, 21.0), (WHITE, WHITE, 1.0), ((119, 119, 119), WHITE, 4.48), ((255, 0, 0), WHITE, 4.0)],
)
def test_contrast_is_what_others_measure(one: Rgb, other: Rgb, said: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(said, abs=0.01)


@given(COLOURS)
def test_a_style_has_nothing_but_names_and_colours(colour: Rgb) -> None:
    assert re.fullmatch(r"(--(day|night)-[a-z-]+:#[0-9a-f]{6};?){8}", colours.style(written(colour)))


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#12345g", "#fff;}</style><script>", "#1234567"])
def test_what_is_no_colour_makes_no_style(colour: str) -> None:
    with pytest.raises(ValueError, match=r"hex|unpack"):
        colours.style(colour)


def test_the_grounds_are_those_of_the_pages() -> None:
    tokens = (ROOT / "static" / "css" / "base" / "tokens.css").read_text()
    by_day, by_night = tokens.split('[data-theme="dark"]')
    assert f"--ground:{written(LIGHT_GROUND)};" in by_day
    assert f"--surface:{written(DARK_SURFACE)};" in by_night


def test_a_guests_night_is_the_boards() -> None:
    """It goes by the device and not by a switch, so the same colours stand in a place of their own."""
    css = ROOT / "static" / "css"
    boards = (css / "base" / "tokens.css").read_text().split('[data-theme="dark"]')[1]
    guests = (css / "pages" / "tracking.css").read_text().split(":root {")[1].split("}")[0]
    night = re.findall(r"--[a-z-]+:#[0-9a-f]{6};", guests)
    assert night and set(night) <= set(re.findall(r"--[a-z-]+:#[0-9a-f]{6};", boards))
