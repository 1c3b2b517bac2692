"""A picture that is sent as a logo is drawn anew, and what could harm anybody is refused in a sentence."""

from __future__ import annotations

import random
import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ordertrack.i18n.translate import speaking
from ordertrack.restaurants.pictures import LARGEST, SIDE, UnusablePicture, logo_of

LAUGHS = '<!DOCTYPE svg [<!ENTITY lol "lol"><!ENTITY laughs "&lol;&lol;&lol;">]>'
SPACE = 'xmlns="http://www.w3.org/2000/svg"'


def png(width: int, height: int) -> bytes:
    """A red picture of this size."""
    made = BytesIO()
    Image.new("RGB", (width, height), "red").save(made, "PNG")
    return made.getvalue()


def jpeg(width: int, height: int, mode: str = "RGB", turned: int = 1) -> bytes:
    """A photo of this size; `turned` as cameras note it."""
    made, noted = BytesIO(), Image.Exif()
    noted[0x0112] = turned
    noted[0x010E] = "taken at home"
    Image.effect_noise((width, height), 60).convert(mode).save(made, "JPEG", exif=noted)
    return made.getvalue()


def said_to_be_jpeg(width: int, height: int) -> bytes:
    """A photo whose header says that it is this large."""
    photo = bytearray(jpeg(8, 8))
    at = photo.index(b"\xff\xc0") + 5
    photo[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(photo)


def said_to_be(width: int, height: int) -> bytes:
    """A few bytes that say they are this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def svg(inside: str, attributes: str = 'viewBox="0 0 20 10"', before: str = "") -> bytes:
    return f"{before}<svg {SPACE} {attributes}>{inside}</svg>".encode()


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture), formats=["PNG"]).convert("RGBA")


@pytest.mark.parametrize(
    ("file", "size"),
    [
        (png(1000, 500), (SIDE, SIDE // 2)),
        (png(40, 40), (40, 40)),
        (svg('<rect width="20" height="10" fill="#f00"/>'), (SIDE, SIDE // 2)),
        (svg('<path fill="red" d="M0 0h20v10H0z"/>', 'width="20px" height="10"'), (SIDE, SIDE // 2)),
        (
            svg(
                '<metadata><x/></metadata><i:note i:a="1"/><defs><linearGradient id="a">'
                '<stop stop-color="red"/></linearGradient><linearGradient id="b" l:href="#a"/></defs>'
                "<style>.c{fill:url(#b)}</style>"
                '<rect class="c" width="20" height="10"/>',
                'viewBox="0,0,20,10" xmlns:i="urn:ink" xmlns:l="http://www.w3.org/1999/xlink"',
                '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://w3.example/svg.dtd">',
            ),
            (SIDE, SIDE // 2),
        ),
    ],
)
def test_a_picture_becomes_a_bounded_png_of_its_own(file: bytes, size: tuple[int, int]) -> None:
    made = opened(logo_of(file))
    assert made.size == size
    assert made.getpixel((size[0] // 2, size[1] // 2)) == (255, 0, 0, 255)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_photo_becomes_one_too_upright_and_without_what_the_camera_noted(mode: str) -> None:
    photo = jpeg(400, 200, mode, turned=6)
    made = logo_of(photo)
    assert b"taken at home" in photo and b"taken at home" not in made
    assert opened(made).size == (SIDE // 2, SIDE)


def test_what_a_png_carries_beside_its_picture_is_gone() -> None:
    made = BytesIO()
    notes = PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    Image.new("RGB", (10, 10)).save(made, "PNG", pnginfo=notes)
    assert b"script" in made.getvalue() and b"script" not in logo_of(made.getvalue() + b"<script>")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (said_to_be(60_000, 60_000), "4,096 pixels"),
        (said_to_be(2**31, 1), "4,096 pixels"),
        (said_to_be(100, 100), "damaged"),
        (png(40, 40)[:60], "damaged"),
        (png(40, 40)[:12], "damaged"),
        (png(700, 100), "6 times"),
        (b"x" * (LARGEST + 1), "256 KB"),
        (b"", "no PNG, JPEG or SVG"),
        (b"GIF89a", "no PNG, JPEG or SVG"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (jpeg(40, 20)[:-300], "damaged"),
        (said_to_be_jpeg(4097, 4097), "4,096 pixels"),
        (said_to_be_jpeg(65_500, 65_500), "4,096 pixels"),
        (said_to_be_jpeg(4000, 100), "6 times"),
        (b"<html></html>", "no PNG, JPEG or SVG"),
        (b"<svg viewBox='0 0 1 1'/>", "no PNG, JPEG or SVG"),
        (
            svg("<title>&laughs;</title>", before=LAUGHS),
            "ENTITY",
        ),
        (svg("", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "ENTITY"),
        (svg("<script>alert(1)</script>"), "(script)"),
        (svg("", 'viewBox="0 0 1 1" onload="alert(1)"'), "(onload)"),
        (svg('<use href="#a"/>'), "(use)"),
        (svg('<image href="http://a.example/x.png"/>'), "(image)"),
        (svg("<foreignObject/>"), "(foreignObject)"),
        (svg("<text>Lemons</text>"), "(text)"),
        (svg('<filter id="a"/>'), "(filter)"),
        (svg('<rect fill="url(http://a.example)"/>'), "(fill)"),
        (svg('<linearGradient href="file:///etc/passwd"/>'), "(href)"),
        (svg("<style>@import 'http://a.example';</style>"), "(style)"),
        (svg('<rect style="stroke-dasharray:0.0001"/>'), "(style)"),
        (svg("<g>" * 60 + "</g>" * 60), "too many parts"),
        (svg("<g/>" * 4000), "too many parts"),
        (svg("", ""), "how large it is"),
        (svg("", 'viewBox="0 0 1e9 1"'), "how large it is"),
        (svg("", 'viewBox="0 0 100000 1"'), "6 times"),
    ],
)
def test_what_cannot_be_a_logo_is_refused_in_a_sentence(file: bytes, said: str) -> None:
    with pytest.raises(UnusablePicture) as refused:
        logo_of(file)
    assert said in str(refused.value)


def test_the_sentence_is_in_the_language_of_who_sends_it() -> None:
    with speaking("fr"), pytest.raises(UnusablePicture, match="Cette image est abîmée"):
        logo_of(said_to_be(100, 100))


def test_whatever_is_sent_is_a_picture_or_a_sentence() -> None:
    at = random.Random(7)
    whole = [png(30, 20), svg('<rect width="9" height="9"/>'), said_to_be(30, 20)]
    for _ in range(300):
        file = bytearray(at.choice(whole))
        for _ in range(at.randint(1, 6)):
            file[at.randrange(len(file))] = at.randrange(256)
        with suppress(UnusablePicture):
            assert max(opened(logo_of(bytes(file))).size) <= SIDE
