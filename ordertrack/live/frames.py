"""Server-Sent Events on the wire: bytes made once and written to every watcher alike."""

from __future__ import annotations

import re
import time

from ordertrack.live.topics import Message

# What ends a line in an event stream, and nothing else: str.splitlines would also cut at U+2028, U+0085, ...
_LINE_END = re.compile(r"\r\n|\r|\n")


def encode(message: Message, position: str | None = None, retry: int | None = None) -> bytes:
    """One SSE frame. Lines end in LF only: a CRLF cut in two by the network ends an event early.

    The position is its last line: a client that takes the beginning of a cut frame for all of it has not been
    told where it stands, and is sent that frame again.
    """
    lines = []
    if message.event is not None:
        lines.append(f"event: {message.event}")
    if retry is not None:
        lines.append(f"retry: {retry}")
    lines += [f"data: {line}" for line in _LINE_END.split(message.data)]
    if position is not None:
        lines.append(f"id: {position}")
    return ("\n".join(lines) + "\n\n").encode()


def without_position(frame: bytes) -> bytes:
    """The same frame, for whoever knows where they stand."""
    before, _, last = frame.removesuffix(b"\n\n").rpartition(b"\n")
    return before + b"\n\n" if last.startswith(b"id: ") else frame


def heartbeat(position: str | None = None, retry: int | None = None) -> bytes:
    """A named event, for a comment would be invisible to the page; with the position if it has moved.

    Its data is the server's time, in milliseconds since 1970: no device's clock need be right.
    """
    return encode(Message(str(time.time_ns() // 1_000_000), "hb"), position, retry)


BYE = encode(Message("", "bye"))
BYE_FOR_NOW = encode(Message("changed", "bye"))
