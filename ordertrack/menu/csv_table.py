"""Tables as spreadsheet programs write and read them: whatever their separator, each row with its line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ordertrack.i18n.translate import gettext as _

SEPARATORS = (",", ";", "\t")
MARK = "\ufeff"  # without it some programs take UTF-8 for something else
# A cell that begins so would be worked out as a formula. (Source: OWASP, CSV injection.)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class FileProblem(NamedTuple):
    """What cannot be read; `line` counts from 1, `column` is its title. `said` goes on after them."""

    said: str
    line: int | None = None
    column: str | None = None


class UnusableFile(ValueError):
    """A file of which no menu can be made."""

    def __init__(self, problems: Sequence[FileProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.line}, {each.column}: {each.said}" for each in problems))


class Row(NamedTuple):
    """`cells` are by the title of their column, without blanks around them."""

    line: int
    cells: Mapping[str, str]


class Table(NamedTuple):
    """`titles` in small letters."""

    titles: list[str]
    rows: list[Row]


def decoded(content: bytes) -> str:
    """The text of a file; raises UnusableFile if it is in none of the encodings that are known."""
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        said = _("cannot be read. Save the file as “CSV UTF-8”.")
        raise UnusableFile([FileProblem(said, line)]) from None


def table_of(text: str) -> Table:
    """What stands in a file; raises UnusableFile."""
    start, separator = _beginning(text)
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=separator, strict=True)
    skipped, end = text[:start].count("\n"), 0
    titles: list[str] = []
    rows = []
    try:
        for cells in reader:
            line, end = skipped + end + 1, reader.line_num
            if not titles:
                titles = [cell.strip().lower() for cell in cells]
            elif any(cell.strip() for cell in cells):
                rows.append(Row(line, _by_title(titles, cells, line)))
    except csv.Error:
        said = _("cannot be read: look for a quotation mark that is not closed.")
        raise UnusableFile([FileProblem(said, skipped + end + 1)]) from None
    return Table(titles, rows)


def written(titles: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """The table as a file (RFC 4180, UTF-8), whose texts are texts in spreadsheet programs, too."""
    text = io.StringIO(newline="")
    text.write(MARK)
    writer = csv.writer(text)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([_defused(row.get(title, "")) for title in titles])
    return text.getvalue().encode()


def _beginning(text: str) -> tuple[int, str]:
    """Where the titles begin, behind blank lines and the one that tells Excel the separator; and that."""
    start = 0
    for line in text.splitlines(keepends=True):
        said = line.strip()
        if said.lower().startswith("sep=") and said[4:] in SEPARATORS:
            return start + len(line), said[4:]
        if said:
            return start, max(SEPARATORS, key=line.count)
        start += len(line)
    raise UnusableFile([FileProblem(_("The file is empty."))])


def _by_title(titles: Sequence[str], cells: Sequence[str], line: int) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(titles) :]):
        said = _("has more cells than there are columns.")
        raise UnusableFile([FileProblem(said, line)])
    found = dict.fromkeys(titles, "")
    return found | {title: _as_meant(cell.strip()) for title, cell in zip(titles, cells, strict=False)}


def _defused(cell: str) -> str:
    return f"'{cell}" if _looks_like_a_formula(cell) else cell


def _as_meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _looks_like_a_formula(cell[1:]) else cell


def _looks_like_a_formula(cell: str) -> bool:
    """Also what already stands behind the marks by which it is not."""
    return cell.lstrip("'").startswith(_FORMULA)
