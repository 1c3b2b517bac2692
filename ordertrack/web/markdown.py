"""Markdown of our own, as pages show it: the few forms that texts of this house are written in.

Headings, paragraphs, lists, pictures, fenced code; in a line `code`, **bold**, *italic* and [links](address).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

Address = Callable[[str], str]

_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\*(\S.*?)\*|\[([^]]+)\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[([^]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_ITEM = re.compile(r"(?:([-*])|\d+\.) (.+)", re.DOTALL)
_FENCE = re.compile(r"```(\w*)\n(.*?)\n```", re.DOTALL)
_NO_NAME = re.compile(r"[^\w]+")
# Blocks stand apart by a blank line, but for those that a fence holds together.
_BLOCK = re.compile(r"```\w*\n.*?\n```|(?:(?!\n\n|```).)+", re.DOTALL)


def rendered(text: str, address: Address = str) -> Markup:
    """The text as HTML; `address` says where a picture is served that stands there by its path.

    A block that begins with a tag only says how others are to show the file, and is left out.
    """
    return Markup("\n").join(_blocks(text, address))


def headings(text: str) -> list[tuple[str, str]]:
    """The title and the headings below it, each with the name that links have."""
    blocks = (_HEADING.fullmatch(found[0].strip()) for found in _BLOCK.finditer(text))
    return [(each[2], name_of(each[2])) for each in blocks if each and len(each[1]) < 3]


def inline(text: str) -> Markup:
    """One line or sentence, without a block around it."""
    made, end = Markup(), 0
    for found in _INLINE.finditer(text):
        made += escape(text[end : found.start()]) + _element(found)
        end = found.end()
    return made + escape(text[end:])


def name_of(heading: str) -> str:
    """By what a link names the heading."""
    return _NO_NAME.sub("-", heading.lower()).strip("-")


def _blocks(text: str, address: Address) -> Iterator[Markup]:
    for block in (found[0].strip() for found in _BLOCK.finditer(text)):
        if not block or block.startswith("<"):
            continue
        if fence := _FENCE.fullmatch(block):
            yield Markup('<pre dir="ltr" tabindex="0"><code>{}</code></pre>').format(fence[2])
        elif heading := _HEADING.fullmatch(block):
            level, said = len(heading[1]), heading[2]
            yield Markup('<h{0} id="{1}">{2}</h{0}>').format(level, name_of(said), inline(said))
        elif picture := _PICTURE.fullmatch(block):
            yield Markup('<figure><img src="{}" alt="{}" loading="lazy"></figure>').format(
                address(picture[2]), picture[1]
            )
        elif _ITEM.match(block):
            yield _list(block)
        else:
            yield Markup("<p>{}</p>").format(inline(" ".join(block.splitlines())))


def _list(block: str) -> Markup:
    items = re.split(r"\n(?=(?:[-*]|\d+\.) )", block)
    found = [_ITEM.fullmatch(item) for item in items]
    said = Markup().join(
        Markup("<li>{}</li>").format(inline(" ".join(each[2].split()))) for each in found if each
    )
    return Markup("<{0}>{1}</{0}>").format("ul" if found[0] and found[0][1] else "ol", said)


def _element(found: re.Match[str]) -> Markup:
    code, bold, italic, said, target = found.groups()
    if code is not None:
        return Markup("<code>{}</code>").format(code)
    if bold is not None:
        return Markup("<strong>{}</strong>").format(inline(bold))
    if italic is not None:
        return Markup("<em>{}</em>").format(inline(italic))
    return Markup('<a href="{}">{}</a>').format(target, inline(said))
