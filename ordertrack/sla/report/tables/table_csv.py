"""A table as a file that spreadsheet programs read as it is meant: RFC 4180, UTF-8, texts only texts."""

from __future__ import annotations

import csv
import io

from ordertrack.sla.report.tables.table import Table, Value

_MARK = "\ufeff"  # without it some programs take UTF-8 for something else
# A cell that begins so would be worked out as a formula. (Source: OWASP, CSV injection.)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(table: Table) -> bytes:
    """Times in seconds and shares from 0 to 1, both as numbers; nothing where there is no figure.

    A figure that is over what is told apart is a text, `> 129600`; so is one that is under it, `< 5`.
    """
    text = io.StringIO(_MARK, newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(
        [_defused(title) for column in table.columns for title in column.kind.titles(column.title)]
    )
    kinds = [column.kind.values for column in table.columns]
    for row in table.rows:
        cells = zip(kinds, row.cells, strict=True)
        writer.writerow([_defused(value) for values, cell in cells for value in values(cell)])
    return text.getvalue().encode()


def _defused(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
