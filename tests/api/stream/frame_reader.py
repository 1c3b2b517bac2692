"""Reading an event stream in a test: frame by frame, never waiting longer than a few seconds."""

from __future__ import annotations

import json
import queue
import threading
from typing import Any, NamedTuple

from werkzeug.test import TestResponse

PATIENCE = 10.0


class Frame(NamedTuple):
    id: str | None
    event: str | None
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class FrameReader:
    """Takes a stream's frames as they come, in a thread of its own; heartbeats are passed over."""

    def __init__(self, answer: TestResponse) -> None:
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/event-stream"
        self._frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(answer,), daemon=True).start()

    def next(self) -> Frame | None:
        """The next frame; None at the end of the stream. Raises queue.Empty if none comes."""
        while True:
            frame = self._frames.get(timeout=PATIENCE)
            if frame is None or frame.event not in (None, "hb"):
                return frame

    def take(self, count: int) -> list[Frame]:
        frames = [self.next() for _ in range(count)]
        assert None not in frames, "the stream has ended"
        return frames

    def rest(self) -> list[Frame]:
        """What comes until the stream ends."""
        return list(iter(self.next, None))

    def _read(self, answer: TestResponse) -> None:
        buffer = ""
        try:
            for chunk in answer.iter_encoded():
                buffer += chunk.decode()
                while "\n\n" in buffer:
                    block, buffer = buffer.split("\n\n", 1)
                    self._frames.put(_parse(block))
        finally:
            self._frames.put(None)


def _parse(block: str) -> Frame:
    fields: dict[str, list[str]] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    assert len(fields.get("data", [])) < 2, "data is one line"
    return Frame(*(fields.get(name, [None])[0] for name in ("id", "event")), fields.get("data", [""])[0])
