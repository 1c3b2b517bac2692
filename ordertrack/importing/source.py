"""The bytes of a log as text: unpacked, bounded, and in which encoding they are."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from ordertrack.i18n.translate import gettext as _

LARGEST = 512 * 1024 * 1024
"""Bytes of a file once it is unpacked."""

ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1256": "Windows-1256", "cp1252": "Windows-1252"}
"""What may be said of a file, and how it is called."""

DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
_HEAD = 4096
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_HIGH = re.compile(rb"[\x80-\xff]")
_ARABIC = b"".join(
    bytes([code]) for code in range(0x80, 0x100) if "\u0600" <= bytes([code]).decode("cp1256") <= "\u06ff"
)
_ARABIC_WORD = re.compile(b"[" + re.escape(_ARABIC) + b"]{2,}")


class UnusableFile(ValueError):
    """No log can be read from this file; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` reads it, `label` is its name for people. `is_told`: by a mark, by validity, or by somebody."""

    codec: str
    label: str
    is_told: bool


def encoding_of(path: Path, said: str | None = None) -> Encoding:
    """Looks at the whole file, unless somebody said which; raises UnusableFile or OSError.

    Bytes that are no UTF-8 are Windows-1256 where Arabic letters stand side by side, else Windows-1252: in
    languages of Latin letters those beyond ASCII stand alone.
    """
    with _unpacked(path) as stream:
        evidence = _Evidence()
        for chunk in _chunks(stream):
            if evidence.add(chunk) or (said is not None and evidence.size > LARGEST):
                break
    if said is None:
        return evidence.encoding()
    codec = "utf-8-sig" if said == "utf-8" else said
    if codec == "utf-16" and not evidence.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le"
    return Encoding(codec, ENCODINGS[said], True)


@contextmanager
def opened(path: Path, encoding: Encoding) -> Iterator[Iterable[str]]:
    """The lines of the file; what is not in its encoding is replaced by U+FFFD."""
    with (
        _unpacked(path) as stream,
        io.TextIOWrapper(stream, encoding.codec, errors="replace", newline="") as lines,
    ):
        yield lines


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        is_gzip = raw.peek(len(_GZIP)).startswith(_GZIP)
        yield cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_gzip else raw


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Until the end, or until where the file is damaged: reading its rows says so."""
    try:
        while chunk := stream.read(_CHUNK):
            yield chunk
    except DAMAGE:
        return


class _Evidence:
    """What the bytes of a file say of how they were written."""

    def __init__(self) -> None:
        self.head = b""
        self.size = self.valid = self.bad = self.high = self.in_words = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def add(self, chunk: bytes) -> bool:
        """Whether nothing further has to be seen. Raises UnusableFile."""
        if not self.head:
            self.head = chunk[:_HEAD]
            _refuse_other_files(self.head)
        self.size += len(chunk)
        if self.size > LARGEST:
            raise UnusableFile(
                _("The file is larger than %(most)s MB: split it by months.", most=LARGEST >> 20)
            )
        if self._wide() is not None:
            return False
        text = self._decoder.decode(chunk)
        if text.isascii():
            return False
        self.bad += len(_NOT_UTF8.findall(text))
        self.valid += len(_BEYOND_ASCII.findall(text))
        if self.bad:
            self.high += len(_HIGH.findall(chunk))
            self.in_words += sum(len(word) for word in _ARABIC_WORD.findall(chunk))
        return False

    def encoding(self) -> Encoding:
        self.bad += len(_NOT_UTF8.findall(self._decoder.decode(b"", True)))
        if (wide := self._wide()) is not None:
            return Encoding(wide, ENCODINGS["utf-16"], True)
        if not self.bad or self.valid > self.bad:
            return Encoding("utf-8-sig", ENCODINGS["utf-8"], True)
        codec = "cp1256" if self.in_words * 2 >= self.high else "cp1252"
        return Encoding(codec, ENCODINGS[codec], False)

    def _wide(self) -> str | None:
        """The codec of UTF-16, by its mark or by where the zeros stand."""
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        even, odd = self.head[::2].count(0), self.head[1::2].count(0)
        if not even and not odd:
            return None
        return "utf-16-le" if odd > even else "utf-16-be"


def _refuse_other_files(head: bytes) -> None:
    if head.startswith(_WORKBOOKS):
        raise UnusableFile(_("This is a workbook and not a table: in Excel, save it as CSV UTF-8."))
    if head.startswith(b"%PDF"):
        raise UnusableFile(_("This is a PDF: export the orders as CSV."))
    zeros = head.count(0)
    if zeros and not len(head) // 8 <= zeros <= len(head) * 5 // 8 and not head.startswith(b"\xff\xfe"):
        raise UnusableFile(_("This is not a text file: export the orders as CSV."))
