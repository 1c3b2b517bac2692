"""A page for operators as a test reads it: its blocks of code, what stands in `these`, and its links."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ordertrack.database.config import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?<=\n\n)((?:    .*\n|\n(?=    ))+)")
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_KINDS = {"sh": "shell", "shell": "shell", "bash": "shell", "console": "shell", "sql": "sql"}
_SQL = re.compile(r"(CREATE|ALTER|DROP|GRANT|REVOKE|SELECT|SET|INSERT|UPDATE|DELETE) ")
_SETTING = re.compile(r"[a-z_]+ = .+")
_VARIABLE = re.compile(r"[A-Z_]+=('[^']*'|\S*)")
_TYPED = re.compile(r"[a-z./~]|[A-Za-z_]+=")  # what begins otherwise, as a formula does, nobody types
_INNER = re.compile(r"\$\(([^()]*)\)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]+)=(.*)", re.DOTALL)


class Block(NamedTuple):
    """Lines of code. `kind`: shell, sql, environment, configuration (of PostgreSQL), unit or text."""

    kind: str
    text: str


class Page(NamedTuple):
    """`spans` stand in the text between backticks; `links` are addresses."""

    path: Path
    text: str
    blocks: list[Block]
    spans: list[str]
    links: list[str]


class Command(NamedTuple):
    """One program and its words, what is assigned before it, and into which variable its output goes."""

    assigned: dict[str, str]
    words: list[str]
    into: str | None = None


def read(path: Path) -> Page:
    text = path.read_text()
    blocks = [Block(_KINDS.get(word, word), code) for word, code in _FENCE.findall(text)]
    prose = _FENCE.sub("\n", text)
    for code in _INDENTED.findall(prose):
        plain = textwrap.dedent(code).strip("\n") + "\n"
        blocks.append(Block(_kind(plain), plain))
    prose = _INDENTED.sub("\n", prose)
    spans = [" ".join(span.split()) for span in _SPAN.findall(prose)]
    return Page(path, text, blocks, spans, _LINK.findall(prose))


def _kind(code: str) -> str:
    lines = [line for line in code.splitlines() if line.strip()]
    if _SQL.match(code):
        return "sql"
    if code.startswith("["):
        return "unit"
    if all(_SETTING.fullmatch(line) for line in lines):
        return "configuration"
    if all(_VARIABLE.fullmatch(line) for line in lines):
        return "environment"
    return "shell" if _TYPED.match(code) else "text"


def commands(shell: str) -> Iterator[Command]:
    """Every program that lines of a shell start, in their order, those within `$(…)` before the others."""
    for line in _whole_lines(shell):
        while inner := _INNER.search(line):
            into = re.fullmatch(r"(\w+)=", line[: inner.start()].strip())
            for command in _of_line(inner[1]):
                yield command._replace(into=into[1] if into else None)
            line = f"{line[: inner.start()]}SAID{line[inner.end() :]}"
        yield from _of_line(line)


def _whole_lines(shell: str) -> Iterator[str]:
    """Lines that go on, by a backslash or within a quotation, as one."""
    begun = ""
    for line in shell.splitlines():
        begun += line
        if begun.endswith("\\"):
            begun = begun[:-1] + " "
            continue
        try:
            shlex.split(begun, comments=True)
        except ValueError:
            begun += "\n"
            continue
        yield begun
        begun = ""
    assert not begun.strip(), f"ends within a quotation: {begun!r}"


def _of_line(line: str) -> Iterator[Command]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    assigned: dict[str, str] = {}
    words: list[str] = []
    is_file = False  # what is read or written, which is no word of the command
    for token in [*lexer, ";"]:
        if token in (";", "|", "&", "&&", "||", "(", ")"):
            if words:
                yield Command(assigned, words)
            assigned, words = {}, []
        elif set(token) <= set("<>&"):
            is_file = True
        elif is_file:
            is_file = False
        elif not words and (found := _ASSIGNMENT.fullmatch(token)):
            assigned[found[1]] = found[2]
        else:
            words.append(token)
