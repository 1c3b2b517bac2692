"""The table of results: every figure with its spread, what it is held against, and if that was reached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

BOARD, MANY, AGE = "## The board in a browser", "## Many small restaurants", "## A tenant's age"
REPLAYS, WEBHOOKS, DOORS = "## Replays beside others", "## Webhooks under fire", "## Doors, before and after"
_SECTIONS = (BOARD, MANY, AGE, REPLAYS, WEBHOOKS, DOORS)
HERE = Path(__file__).resolve().parent
RESULTS, NOTES, RAW = HERE / "RESULTS.md", HERE / "NOTES.md", HERE / "build" / "results.json"


@dataclass
class Row:
    """`figures` holds one a round; `is_met` is None where there is nothing to reach."""

    what: str
    figures: Sequence[float]
    unit: str
    ratio: str = ""
    target: str = ""
    is_met: bool | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def measured(self) -> str:
        if not self.figures:
            return self.unit
        middle, low, high = median(self.figures), min(self.figures), max(self.figures)
        spread = f" ({number(low)} to {number(high)})" if len(self.figures) > 1 else ""
        return f"{number(middle)}{spread} {self.unit}".strip()

    @property
    def verdict(self) -> str:
        return "" if self.is_met is None else "met" if self.is_met else "**missed**"


def number(value: float) -> str:
    """Three digits that count, thousands apart."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def refusals(count: int) -> str:
    """Said beside a figure: a server that turns watchers away for a moment is not ready for them."""
    return f"; {count:,} were told 503 and tried again" if count else ""


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of what two contenders did in the same round, one held against the other."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


def at_least(what: str, ours: Sequence[float], theirs: Sequence[float], name: str, factor: float) -> Row:
    """A row that holds a ratio against its target."""
    ratio = ratios(ours, theirs)
    return Row(what, ours, "", f"{ratio:.2f} × {name}", f"≥ {factor:g} × {name}", ratio >= factor)


def at_most(what: str, ours: Sequence[float], unit: str, beside: str, limit: float) -> Row:
    """A row that holds the median of a figure against its target."""
    return Row(what, ours, unit, beside, f"≤ {limit:g} {unit}", median(ours) <= limit)


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    return "\n".join(
        [
            "| what | measured: median (lowest to highest round) | beside it | target | |",
            "|---|---|---|---|---|",
            *(f"| {r.what} | {r.measured} | {r.ratio} | {r.target} | {r.verdict} |" for r in rows),
        ]
    )


def write(machine: str, how: str, rows: Sequence[Row]) -> None:
    """RESULTS.md, with NOTES.md as a person wrote it under the table, and the raw figures as JSON."""
    lines = [
        "# Results",
        "Written by `make bench`; what is said about it by hand stands in NOTES.md and is copied to here.",
        machine,
        how,
        markdown(rows),
        NOTES.read_text().strip() if NOTES.exists() else "",
        *_sections().values(),
    ]
    RESULTS.write_text("\n\n".join(filter(None, lines)) + "\n")
    RAW.write_text(json.dumps([asdict(row) for row in rows], indent=1))


def write_section(title: str, paragraphs: Sequence[str]) -> None:
    """A section of RESULTS.md that has a command of its own; the others stay."""
    text = RESULTS.read_text()
    kept = _sections() | {title: "\n\n".join([title, *paragraphs])}
    beginning = min([at for each in _SECTIONS if (at := text.find(f"\n{each}\n")) >= 0], default=len(text))
    parts = [text[:beginning].rstrip(), *(kept[each] for each in _SECTIONS if each in kept)]
    RESULTS.write_text("\n\n".join(parts) + "\n")


def _sections() -> dict[str, str]:
    """What other commands have written to the end of RESULTS.md, by title."""
    found: dict[str, list[str]] = {}
    title = None
    for line in RESULTS.read_text().split("\n") if RESULTS.exists() else []:
        title = line if line in _SECTIONS else None if line.startswith("## ") else title
        if title is not None:
            found.setdefault(title, []).append(line)
    return {each: "\n".join(lines).strip() for each, lines in found.items()}
