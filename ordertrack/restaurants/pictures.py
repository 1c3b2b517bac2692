"""A picture that somebody sends as a logo: looked at before it is unpacked, drawn anew, and bounded in all.

What is kept is a PNG that was made here. An SVG is drawn and never served, and drawn only if it is plain:
shapes and colours, without scripts, pictures, letters of a font, or parts that repeat others.
"""

from __future__ import annotations

import re
import struct
from contextvars import copy_context
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

import gevent
import resvg_py
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL import Image, ImageOps, UnidentifiedImageError

from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked, number

LARGEST = 256 * 1024  # bytes of a file
LARGEST_SIDE = 4096  # pixels of a PNG or JPEG that is sent
SIDE = 320  # pixels that are kept, at most
LONGEST_SHAPE = 6  # times as wide as high, or as high as wide
MOST_ELEMENTS, DEEPEST = 3000, 40
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {
    *("svg", "g", "defs", "title", "desc", "style"),
    *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("linearGradient", "radialGradient", "stop", "clipPath"),
}
_NUMBER = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)(?:px)?\s*", re.ASCII)
_ELSEWHERE = re.compile(r"url\(\s*['\"]?\s*(?!#)|@|\\|expression|javascript:", re.IGNORECASE)
_NEITHER = marked("This is no PNG, JPEG or SVG picture: save it as one of them, and choose it again.")
_NOT_PLAIN = marked(
    "This SVG has something in it that is no plain drawing (%(what)s). Export it again with its letters as"
    " paths and without pictures or effects, or send a PNG."
)


class UnusablePicture(ValueError):
    """A picture that cannot be a logo; the message says why."""


def logo_of(file: bytes) -> bytes:
    """The PNG of a picture that somebody sent, of SIDE pixels at most. Raises UnusablePicture.

    It is worked out beside the event loop.
    """
    if len(file) > LARGEST:
        raise UnusablePicture(_("A logo may have %(most)s KB at most.", most=number(LARGEST // 1024)))
    spoken = copy_context()  # a thread of the pool would speak English
    made: bytes | UnusablePicture = gevent.get_hub().threadpool.apply(spoken.run, (_made, file))
    if isinstance(made, UnusablePicture):
        raise made
    return made


def _made(file: bytes) -> bytes | UnusablePicture:
    """What goes wrong is handed over: a pool of threads would print it."""
    try:
        if file.startswith(_JPEG):
            return _redrawn_jpeg(file)
        return _redrawn(file if file.startswith(_PNG) else _drawn(file))
    except UnusablePicture as error:
        return error
    except Image.DecompressionBombError:
        return _too_large()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error):
        return UnusablePicture(_("This picture is damaged: it cannot be read."))


def _redrawn(png: bytes) -> bytes:
    width, height = struct.unpack(">II", png[16:24])  # as it says itself, before anything is made of it
    _refuse_size(width, height)
    with Image.open(BytesIO(png), formats=["PNG"]) as picture:
        return _png_of(picture.convert("RGBA"))


def _redrawn_jpeg(jpeg: bytes) -> bytes:
    """Upright, as cameras note which way up it is."""
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as picture:  # which reads its header and nothing more
        _refuse_size(*picture.size)
        return _png_of(ImageOps.exif_transpose(picture).convert("RGB"))


def _refuse_size(width: int, height: int) -> None:
    if max(width, height) > LARGEST_SIDE:
        raise _too_large()
    _refuse_long_shape(width, height)


def _too_large() -> UnusablePicture:
    said = {"most": number(LARGEST_SIDE)}
    return UnusablePicture(_("A logo may be %(most)s pixels wide and high at most.", **said))


def _png_of(drawn: Image.Image) -> bytes:
    drawn.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    made = BytesIO()
    drawn.save(made, "PNG", optimize=True)
    return made.getvalue()


def _drawn(file: bytes) -> bytes:
    """A plain SVG as a PNG of SIDE pixels."""
    try:
        root = ElementTree.fromstring(file, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, UnicodeError, LookupError) as error:
        if isinstance(error, DefusedXmlException):
            raise _not_plain("ENTITY") from None
        raise UnusablePicture(_(_NEITHER)) from None
    if root.tag != f"{_SVG}svg":
        raise UnusablePicture(_(_NEITHER))
    _refuse_what_is_not_plain(root)
    width, height = _size(root)
    _refuse_long_shape(width, height)
    larger = max(width, height)
    wide, high = (max(1, round(SIDE * side / larger)) for side in (width, height))
    svg = ElementTree.tostring(
        root, encoding="unicode"
    )  # as it was understood here, and nothing else of the file
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, width=wide, height=high))


def _refuse_what_is_not_plain(root: Element) -> None:
    waiting, seen = [(root, 0)], 0
    while waiting:
        element, depth = waiting.pop()
        seen += 1
        if seen > MOST_ELEMENTS or depth > DEEPEST:
            raise UnusablePicture(_("This SVG has too many parts for a logo. Send a PNG instead."))
        children = [child for child in element if isinstance(child.tag, str)]
        for child in children:
            name = child.tag.removeprefix(_SVG)
            if name == child.tag or name == "metadata":
                element.remove(child)  # what a program that draws notes for itself
            elif name not in _DRAWN:
                raise _not_plain(name)
            else:
                waiting.append((child, depth + 1))
        _refuse_attributes(element)


def _refuse_attributes(element: Element) -> None:
    if _ELSEWHERE.search(element.text or ""):
        raise _not_plain("style")
    for name, value in list(element.attrib.items()):
        local = name.rpartition("}")[2].lower()
        if local.startswith("on"):
            raise _not_plain(local)
        if local == "href" and not value.startswith("#"):
            raise _not_plain("href")
        if "dasharray" in local or "dasharray" in value or _ELSEWHERE.search(value):
            raise _not_plain(local)


def _size(root: Element) -> tuple[float, float]:
    """How wide and high it is, in whatever unit."""
    box = (root.get("viewBox") or "").replace(",", " ").split()
    said = box[2:] if len(box) == 4 else [root.get("width") or "", root.get("height") or ""]
    sides = [_NUMBER.fullmatch(each) for each in said]
    numbers = [float(found[1]) for found in sides if found is not None]
    if len(numbers) != 2 or min(numbers) <= 0:
        raise UnusablePicture(
            _("This SVG does not say how large it is: it needs a viewBox, or a width and a height.")
        )
    return numbers[0], numbers[1]


def _refuse_long_shape(width: float, height: float) -> None:
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        said = {"most": number(LONGEST_SHAPE)}
        raise UnusablePicture(
            _("A logo may be %(most)s times as long as high at most: cut it to its sign.", **said)
        )


def _not_plain(what: str) -> UnusablePicture:
    return UnusablePicture(_(_NOT_PLAIN, what=what[:40]))
