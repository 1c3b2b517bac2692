"""The board of an older release, beside this tree's: its tree, its server and its database are its own.

Run as a program it is that side: it serves a board of so many cards, says where, and moves a card for each
line that it reads. An older tree's own program is run, which knows what its modules are called.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boards
from processes import BenchError
from stage import QUICK, Stage

_ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def tree(folder: Path, ref: str) -> Iterator[Path]:
    """A tree of that release, with its own bundles of scripts and styles."""
    older = folder / "older"
    _run("git", "-C", _ROOT, "worktree", "add", "--force", "--detach", older, ref)
    try:
        (older / "node_modules").symlink_to(_ROOT / "node_modules")
        shutil.copytree(_ROOT / "static" / "vendor", older / "static" / "vendor")
        _run("make", "-C", older, "-o", "static/vendor/done", "static/bundles/done")
        yield older
    finally:
        _run("git", "-C", _ROOT, "worktree", "remove", "--force", older)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class OlderBoard:
    """A board of that tree, in a process that knows no other."""

    def __init__(self, older: Path, cards: int) -> None:
        self.cards = cards
        self._process = subprocess.Popen(
            [sys.executable, older / "bench" / "older.py", str(cards)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(older)},
        )
        self.port, self.sign_in = json.loads(self._hear())

    def __enter__(self) -> OlderBoard:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def advance(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._hear()

    def _hear(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("the older board ended")
        return line


def main() -> None:
    with Stage(QUICK) as stage, boards.serve(stage, int(sys.argv[1])) as board:
        print(json.dumps([board.port, board.sign_in]), flush=True)
        for _ in sys.stdin:
            board.advance()
            print("moved", flush=True)


if __name__ == "__main__":
    main()
