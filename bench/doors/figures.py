"""What was found of each side, round by round, and the table of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from doors.asking import Fared
from table import number


class Measured(NamedTuple):
    """One figure of a round."""

    value: float
    unit: str


Figure = Fared | Measured | Counter[str] | int | str


class Figures:
    """`side` is whose figures are added now."""

    def __init__(self) -> None:
        self.side = ""
        self._found: dict[tuple[str, str], dict[str, list[Figure]]] = {}

    def add(self, attack: str, what: str, figure: Figure) -> None:
        self._found.setdefault((attack, what), {}).setdefault(self.side, []).append(figure)

    def markdown(self, sides: Sequence[str]) -> str:
        """The table of these sides, of which the last one is this tree."""
        heads = [*(f"before, {side}" for side in sides[:-1]), f"after, {sides[-1]}"]
        lines = [f"| attack | what is looked at | {' | '.join(heads)} |", "|---|---|" + "---|" * len(sides)]
        last = ""
        for (attack, what), found in self._found.items():
            cells = [said(found.get(side, [])) for side in sides]
            lines.append(f"| {attack if attack != last else '—'} | {what} | {' | '.join(cells)} |")
            last = attack
        return "\n".join(lines)


def said(figures: Sequence[Figure]) -> str:
    """Of all rounds, figures of one kind: medians of what is measured, sums of counts, words once."""
    if faring := [each for each in figures if isinstance(each, Fared)]:
        return _faring(faring)
    if measured := [each for each in figures if isinstance(each, Measured)]:
        values = [each.value for each in measured]
        spread = f" ({number(min(values))} to {number(max(values))})" if len(values) > 1 else ""
        return f"{number(median(values))}{spread} {measured[0].unit}".strip()
    if counts := [each for each in figures if isinstance(each, Counter)]:
        return _counted(sum(counts, Counter()))
    if sums := [each for each in figures if isinstance(each, int)]:
        return f"{sum(sums):,}"
    return "; ".join(dict.fromkeys(str(each) for each in figures))


def _faring(rounds: Sequence[Fared]) -> str:
    served, asked = sum(len(each.took) for each in rounds), sum(each.asked for each in rounds)
    parts = [f"all {asked:,} served" if served == asked else f"**{served:,} of {asked:,} served**"]
    if times := [(each.p50, each.p95) for each in rounds if each.took]:
        p50, p95 = (median(of_rounds) for of_rounds in zip(*times, strict=True))
        parts.append(f"{number(p50)} and {number(p95)} ms")
    if failed := sum((each.failed for each in rounds), Counter[str]()):
        parts.append(_counted(failed))
    return "; ".join(parts)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{many:,} × {what}" for what, many in counts.most_common())
