"""A preview as lines of text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ordertrack.importing.preview.looking import Preview

_TOLD_BY = {"mapping": "as said", "name": "by its name", "content": "by what stands in it"}


def lines(preview: Preview, show: int) -> Iterator[str]:
    """All of it; `show` is how many of the rows that would be left out are named."""
    separated = f"separated by {preview.separator}"
    yield f"{preview.file}: {preview.rows:,} rows, {preview.encoding}, {separated}"
    yield ""
    yield from _table(
        ("Column", "Taken for", "Told", "Written as", "Such as"),
        [
            (
                each.name or "(no name)",
                each.meaning or "-",
                _TOLD_BY.get(each.told_by, ""),
                each.form,
                each.example,
            )
            for each in preview.columns
        ],
    )
    if preview.restaurants:
        yield ""
        yield from _table(
            ("Restaurant", "Here", "Zone", "Orders"),
            [
                (each.name or "(not named)", each.slug or "will be made", each.zone, f"{each.orders:,}")
                for each in preview.restaurants[:20]
            ],
        )
        if len(preview.restaurants) > 20:
            yield f"... and {len(preview.restaurants) - 20:,} more restaurants."
    yield from _first(preview.first)
    if preview.notes:
        yield ""
        yield "What was decided:"
        yield from (f"- {note}" for note in preview.notes)
    yield from _bad(preview, show)
    if not preview.is_open:
        yield ""
        yield _sum(preview)


def _first(first: Sequence[Mapping[str, object]]) -> Iterator[str]:
    if first:
        yield ""
        yield "First orders:"
    for order in first:
        items = ", ".join(order["items"])  # type: ignore[arg-type]
        yield f"line {order['line']}: {order['order']}, {order['restaurant']}, {order['fulfilment']}: {items}"
        times: Mapping[str, str | None] = order["times"]  # type: ignore[assignment]
        yield "    " + "; ".join(f"{name} {at or 'unknown'}" for name, at in times.items())


def _bad(preview: Preview, show: int) -> Iterator[str]:
    count = sum(preview.dropped.values())
    if not count:
        return
    faults = ", ".join(f"{number:,} {fault}" for fault, number in sorted(preview.dropped.items()))
    yield ""
    yield f"Rows that are left out: {faults}"
    shown = preview.bad_rows[:show]
    yield from (f"line {each['line']}: {each['fault']}: {each['reason']}" for each in shown)
    if count > len(shown):
        yield f"... and {count - len(shown):,} more; --report writes all into a file."


def _sum(preview: Preview) -> str:
    if not preview.orders:
        return "No order could be read."
    ends = ", ".join(f"{count:,} {status}" for status, count in preview.ends.items())
    days = (
        preview.first_day
        if preview.first_day == preview.last_day
        else f"{preview.first_day} to {preview.last_day}"
    )
    return f"{preview.orders:,} orders of {days}: {ends}."


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    cells = [[each[:40] for each in row] for row in (head, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
