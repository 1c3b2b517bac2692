"""Somebody goes through a page and types what stands there, from its first line to its last, on a house."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from docs.reading import PAGES, Block, Command, commands, read
from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from support.command_line import run_here
from support.database import connect
from support.quiet_database import quiet_database
from support.server import wait_for

# What ends only with the server is started by other tests: tests/server, and tests/deploy behind a proxy.
_LASTS = ("serve",)
_PASSWORD = "olive-and-thyme-7"
_FOUNDING = (
    'ordertrack tenant create "Cedar" --slug cedar\n'
    'ordertrack restaurant create "Hamra" --tenant cedar --slug hamra --timezone Asia/Beirut\n'
    "ordertrack staff create maya@cedar.example --tenant cedar --role owner --name Maya\n"
)
_OF_THE_MACHINE = re.compile(r"/(srv|var|etc|opt|tmp)(/.*)?")
_OF_CITUS = "CREATE EXTENSION citus"  # tests/database/test_distributable.py holds that block
_ENDS = {"doctor": (0, 1, 2)}  # no server runs


@dataclass
class Walk:
    """Somebody at a shell, with a machine's folders in `root`, on the database of `settings`."""

    settings: Settings
    root: Path
    said: dict[str, str] = field(default_factory=dict)

    def type(self, command: Command) -> None:
        """Run it if it is ours; a call of the API is made without a server."""
        words = [self._expanded(word) for word in command.words]
        if words[0] == "sudo":
            words = words[3:] if words[1] == "-u" else words[1:]
        if "compose" in words and "ordertrack" in words[1:]:
            words = words[words.index("ordertrack", 1) :]
        if words[0].rpartition("/")[2] == "ordertrack":
            self._ours(words[1:], command)
        elif words[0] == "curl" and "/api/" in " ".join(words):
            self._call(words[1:])

    def _ours(self, words: list[str], command: Command) -> None:
        assigned = {name: self._expanded(value) for name, value in command.assigned.items()}
        if words[0] in _LASTS:
            Settings.from_environment({"SECRET_KEY": "x", "ORDERTRACK_DATA": str(self.root)} | assigned)
            return
        if words[0] == "backup":
            for made in (self.root / "srv" / "backups").glob("ordertrack-*"):
                made.rename(made.with_name(f"earlier-{made.name}"))  # two of one second would have one name
        if words[0] == "restore":
            wait_for(self._is_quiet, "what was typed before to leave the database", 60)
        done = run_here(self.settings, *words, answers=self._answers(words), **assigned)
        assert done.returncode in _ENDS.get(words[0], (0,)), (words, done.stdout[-2000:], done.stderr)
        if command.into is not None:
            self.said[command.into] = done.stdout.strip()
        if words[:2] == ["tenant", "delete"]:
            self.found_cedar()  # the page goes on

    def found_cedar(self) -> None:
        for command in commands(_FOUNDING):
            self.type(command)

    def _is_quiet(self) -> bool:
        url = self.settings.operator_url
        query = "SELECT FROM pg_stat_activity WHERE datname = %s LIMIT 1"
        with connect(url.set(database="postgres")) as superuser:
            return not superuser.execute(query, [url.database]).fetchall()

    @staticmethod
    def _answers(words: list[str]) -> str:
        if words[1:2] == ["delete"]:  # its name once more
            return f"{words[2]}\n"
        return f"{_PASSWORD}\n" * 2 if words[:2] == ["staff", "create"] else "y\n" * 3

    def _expanded(self, word: str) -> str:
        word = string.Template(word).safe_substitute(self.said)
        if not _OF_THE_MACHINE.fullmatch(word):
            return word
        there = self.root / word.lstrip("/")
        if there.suffix == ".tar" and not there.exists():  # whatever its name is today
            return str(max(there.parent.glob("*.tar"), key=lambda each: each.stat().st_mtime))
        return str(there)

    def _call(self, words: list[str]) -> None:
        """As curl would."""
        (address,) = (word for word in words if "/api/" in word)
        options = [(words[at], words[at + 1]) for at in range(len(words) - 1) if words[at].startswith("-")]
        headers = dict(value.split(": ", 1) for name, value in options if name in ("-H", "--header"))
        content = dict(options).get("-d") or dict(options).get("--data")
        app = create_app(self.settings)
        try:
            answer = app.test_client().open(
                "/" + address.split("/", 3)[3],
                method=dict(options).get("-X", "POST" if content else "GET"),
                headers=headers,
                data=content,
            )
            assert answer.status_code in (200, 201), answer.text
        finally:
            with app.app_context():
                db.engine.dispose()


@contextmanager
def _made_here(settings: Settings) -> Iterator[Callable[[str], None]]:
    """Runs statements about roles and databases, under names that nobody else has; removes what they made."""
    suffix = secrets.token_hex(4)
    made: list[tuple[str, str]] = []
    with connect(settings.operator_url, autocommit=True) as superuser:

        def run(statement: str) -> None:
            named = re.sub(r"\b(orders\w*)\b", rf"\1_{suffix}", statement)
            superuser.execute(named.encode())
            made.extend(re.findall(r"CREATE (ROLE|DATABASE) (\w+)", named))

        try:
            yield run
        finally:
            for kind, name in reversed(made):
                superuser.execute(f"DROP {kind} {name}".encode())


def _check_configuration(block: Block, database: psycopg.Connection) -> None:
    known = {name for (name,) in database.execute("SELECT name FROM pg_settings")}
    assert {line.partition(" = ")[0] for line in block.text.splitlines()} <= known


@pytest.mark.parametrize("path", [path for path in PAGES if read(path).blocks], ids=lambda path: path.name)
def test_a_page_is_gone_through(
    path: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = read(path).blocks
    shell = [command for block in blocks if block.kind == "shell" for command in commands(block.text)]
    founds = any(command.words[:3] == ["ordertrack", "tenant", "create"] for command in shell)
    with quiet_database(settings, tmp_path) as own, _made_here(settings) as of_the_server:
        walk = Walk(own, tmp_path)
        if not founds:
            walk.found_cedar()
            walk.type(Command({}, ["ordertrack", "backup", "/srv/backups"]))
        for block in blocks:
            if block.kind == "shell":
                for command in commands(block.text):
                    walk.type(command)
            elif block.kind == "configuration":
                with connect(own.operator_url) as database:
                    _check_configuration(block, database)
            elif block.kind == "sql" and _OF_CITUS not in block.text:
                for statement in filter(str.strip, block.text.split(";")):
                    of_the_server(statement)
