"""pg_dump of one moment, read back while it is written: how many rows of each table it holds."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread
from typing import IO

from sqlalchemy import URL

from ordertrack.operating.backup import programs
from ordertrack.operating.backup.problems import BackupRefused

_BLOCK = 1 << 18  # bytes
_COPY = re.compile(rb'COPY public\."?(\w+)"? \(')
_WRITE = ("--format=custom", "--compress=4", "--lock-wait-timeout=60000")


def dump(
    url: URL, snapshot: str, major: int, take: Callable[[bytes], None], more: Sequence[str] = ()
) -> tuple[int, Counter[str]]:
    """Hand `take` the dump, piece by piece; of which version it is, and what pg_restore finds in it.

    `major` is the server's version, `more` are further options. Raises BackupRefused.
    """
    writer, reader = programs.find("pg_dump", major), programs.find("pg_restore", major)
    address, environ = programs.connection(url)
    options = (*_WRITE, f"--snapshot={snapshot}", *more, f"--dbname={address}")
    rows: Counter[str] = Counter()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as read_said:
        pipe = subprocess.PIPE
        with (
            subprocess.Popen([writer.path, *options], stdout=pipe, stderr=said, env=environ) as writing,  # noqa: S603
            subprocess.Popen(  # noqa: S603
                [reader.path, "--data-only", "--file=-"], stdin=pipe, stdout=pipe, stderr=read_said
            ) as reading,
        ):
            _hand_on(writing, reading, rows, take)
        if writing.returncode > 0:
            raise _failed("pg_dump", said)
        if reading.returncode != 0:
            raise _failed("pg_restore, which reads the dump back,", read_said)
        if writing.returncode != 0:
            raise _failed("pg_dump", said)
    return writer.major, rows


def _hand_on(
    writing: subprocess.Popen[bytes],
    reading: subprocess.Popen[bytes],
    rows: Counter[str],
    take: Callable[[bytes], None],
) -> None:
    """To `take` and to whoever reads it back, until both have ended."""
    assert writing.stdout and reading.stdin and reading.stdout
    counting = Thread(target=_count, args=(reading.stdout, rows), name="count rows")
    counting.start()
    try:
        while block := writing.stdout.read(_BLOCK):
            take(block)
            try:
                reading.stdin.write(block)
            except BrokenPipeError:
                break  # it is said why the reader ended
        else:
            writing.wait()
            with suppress(BrokenPipeError):
                reading.stdin.close()
            reading.wait()
    finally:
        for process in (writing, reading):
            process.kill()
        counting.join()
        with suppress(BrokenPipeError):
            reading.stdin.close()


def _count(lines: IO[bytes], rows: Counter[str]) -> None:
    """Rows of each table in what `pg_restore` writes: one a line, after COPY and up to a line of its own."""
    table: str | None = None
    for line in lines:
        if table is None:
            if begins := _COPY.match(line):
                table = begins[1].decode()
        elif line == b"\\.\n":
            table = None
        else:
            rows[table] += 1


def _failed(name: str, said: IO[str]) -> BackupRefused:
    said.seek(0)
    why = programs.first_line(said.read()) or "it was ended"
    return BackupRefused(f"{name} failed: {why}. No backup was made.")
