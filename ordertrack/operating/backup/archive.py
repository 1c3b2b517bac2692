"""The file that a backup is: a tar, written as it comes, whose last members tell whether it is whole.

The dump stands in it in pieces, `database.dump.000001` and so on, for nobody knows before how long it is:
`tar -xf FILE && cat database.dump.* > database.dump` is what pg_restore takes.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from ordertrack.operating.backup.manifest import Manifest, Part
from ordertrack.operating.backup.problems import UnusableBackup

DUMP = "database.dump"
SECRETS = "secrets/"
_MANIFEST, _DIGEST = "manifest.json", "manifest.sha256"
_PIECE = 16 * 1024 * 1024  # bytes
_IS_PIECE = re.compile(rf"{re.escape(DUMP)}\.[0-9]{{6}}")
_IS_SECRET = re.compile(rf"{SECRETS}([a-z][a-z._-]{{1,40}})")
_LONGEST_SECRET = 1 << 20  # bytes
_LONGEST_MANIFEST = 1 << 28
_BLOCK = 1 << 20


class _Out:
    """What is written to, until it is given up."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.is_given_up = False

    def write(self, block: bytes) -> int:
        return len(block) if self.is_given_up else self._out.write(block)


class Writer:
    """Writes to a binary file that need not be able to go back."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = _Out(out)
        self._tar = tarfile.open(mode="w|", fileobj=cast(IO[bytes], self._out), format=tarfile.PAX_FORMAT)  # noqa: SIM115 (as long as this)
        self._pending = bytearray()
        self._pieces = 0
        self._digest = hashlib.sha256()
        self._bytes = 0
        self.parts: dict[str, Part] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is not None:
            self._out.is_given_up = True  # or what is left would be written to whatever that is by then
        self._tar.close()

    def add_to_dump(self, block: bytes) -> None:
        self._digest.update(block)
        self._bytes += len(block)
        self._pending += block
        if len(self._pending) >= _PIECE:
            self._write_piece()

    def end_dump(self) -> None:
        if self._pending or not self._pieces:
            self._write_piece()
        self.parts[DUMP] = Part(self._bytes, self._digest.hexdigest())

    def add_secret(self, name: str, content: bytes) -> None:
        self.parts[f"{SECRETS}{name}"] = Part(len(content), hashlib.sha256(content).hexdigest())
        self._add(f"{SECRETS}{name}", content)

    def add_manifest(self, manifest: Manifest) -> None:
        """The last of it: without this the file is not whole."""
        said = manifest.as_json()
        self._add(_MANIFEST, said)
        self._add(_DIGEST, hashlib.sha256(said).hexdigest().encode())

    def _write_piece(self) -> None:
        self._pieces += 1
        self._add(f"{DUMP}.{self._pieces:06d}", bytes(self._pending))
        self._pending.clear()

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
        self._tar.addfile(member, io.BytesIO(content))


class Unpacked:
    """What a file holds, every part as long and with the hash that it says; the dump in a file at `dump`."""

    def __init__(self, manifest: Manifest, secrets: dict[str, bytes], dump: Path | None) -> None:
        self.manifest = manifest
        self.secrets = secrets
        self.dump = dump


def unpack(path: Path, into: Path | None) -> Unpacked:
    """Read a backup to its end; the dump goes into this folder, or nowhere, where it is only looked at.

    Raises UnusableBackup if anything of it is not as it was written, and OSError if it cannot be read.
    """
    with path.open("rb") as file, ExitStack() as stack:
        dump = None if into is None else into / DUMP
        out = None if dump is None else stack.enter_context(_private(dump))
        try:
            reading = _Reading(out)
            with tarfile.open(mode="r|", fileobj=file) as tar:
                for member in tar:
                    reading.take(member, tar.extractfile(member))
        except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
            raise UnusableBackup(f"{path} is damaged, or no backup of ordertrack: {error}.") from error
    return Unpacked(reading.manifest(path), reading.secrets, dump)


class _Reading:
    def __init__(self, out: IO[bytes] | None) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._pieces = 0
        self._manifest: bytes | None = None
        self._manifest_digest = ""
        self.secrets: dict[str, bytes] = {}

    def take(self, member: tarfile.TarInfo, content: IO[bytes] | None) -> None:
        if content is None:
            raise tarfile.TarError(f"{member.name!r} is no file")
        if _IS_PIECE.fullmatch(member.name):
            self._pieces += 1
            if member.name != f"{DUMP}.{self._pieces:06d}":
                raise tarfile.TarError(f"the piece {self._pieces} of the database is missing")
            while block := content.read(_BLOCK):
                self._digest.update(block)
                self._bytes += len(block)
                if self._out is not None:
                    self._out.write(block)
        elif name := _IS_SECRET.fullmatch(member.name):
            self.secrets[name[1]] = _whole(member, content, _LONGEST_SECRET)
        elif member.name == _MANIFEST:
            self._manifest = _whole(member, content, _LONGEST_MANIFEST)
        elif member.name == _DIGEST:
            self._manifest_digest = _whole(member, content, 100).decode("ascii")
        else:
            raise tarfile.TarError(f"it holds {member.name[:100]!r}")

    def manifest(self, path: Path) -> Manifest:
        """What it says of itself, once that is found to be so."""
        if self._manifest is None or not self._manifest_digest:
            raise UnusableBackup(f"{path} is not whole: it ends before what says of what it is made.")
        if hashlib.sha256(self._manifest).hexdigest() != self._manifest_digest:
            raise UnusableBackup(f"{path} is damaged: what it says of itself is not as it was written.")
        manifest = Manifest.read(self._manifest)
        parts = {DUMP: Part(self._bytes, self._digest.hexdigest())} | {
            f"{SECRETS}{name}": Part(len(content), hashlib.sha256(content).hexdigest())
            for name, content in self.secrets.items()
        }
        for name in manifest.parts.keys() | parts.keys():
            if manifest.parts.get(name) != parts.get(name):
                raise UnusableBackup(f"{path} is damaged: {name} is not as it was written.")
        return manifest


def _whole(member: tarfile.TarInfo, content: IO[bytes], longest: int) -> bytes:
    if member.size > longest:
        raise tarfile.TarError(f"{member.name!r} is too long")
    read = content.read()
    if len(read) != member.size:
        raise tarfile.TarError("it ends too early")
    return read


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
