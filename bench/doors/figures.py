"""What was found of each side, round by round, and the table of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from doors.asking import Fared
from table import number

Figure = Fared | Counter[str] | str | float


class Figures:
    """`side` is whose figures are added now."""

    def __init__(self) -> None:
        self.side = ""
        self._found: dict[tuple[str, str], dict[str, list[Figure]]] = {}

    def add(self, attack: str, what: str, figure: Figure) -> None:
        self._found.setdefault((attack, what), {}).setdefault(self.side, []).append(figure)

    def markdown(self, sides: Sequence[str]) -> str:
        lines = [f"| attack | what is looked at | {' | '.join(sides)} |", "|---|---|" + "---|" * len(sides)]
        last = ""
        for (attack, what), found in self._found.items():
            cells = [said(found.get(side, [])) for side in sides]
            lines.append(f"| {attack if attack != last else '—'} | {what} | {' | '.join(cells)} |")
            last = attack
        return "\n".join(lines)


def said(figures: Sequence[Figure]) -> str:
    """Of all rounds: medians of times and ratios, sums of counts; words once each."""
    faring = [each for each in figures if isinstance(each, Fared)]
    if faring:
        return _faring(faring)
    counts = [each for each in figures if isinstance(each, Counter)]
    if counts:
        return _counted(sum(counts, Counter()))
    ratios = [each for each in figures if isinstance(each, float)]
    if ratios:
        return f"{median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f})"
    return "; ".join(dict.fromkeys(str(each) for each in figures))


def _faring(rounds: Sequence[Fared]) -> str:
    served, asked = sum(len(each.took) for each in rounds), sum(each.asked for each in rounds)
    failed: Counter[str] = sum((each.failed for each in rounds), Counter())
    parts = ["all" if served == asked else f"**{served} of {asked}** served"]
    if served == asked:
        parts = [f"all {asked} served"]
    if served:
        p50, p95 = (
            median(figures) for figures in zip(*((e.p50, e.p95) for e in rounds if e.took), strict=True)
        )
        parts.append(f"{number(p50)} and {number(p95)} ms")
    if failed:
        parts.append(_counted(failed))
    return "; ".join(parts)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{many:,} × {what}" for what, many in counts.most_common())
