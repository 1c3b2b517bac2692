"""What a simulation did, counted: for its last line and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ordertrack.rules.state_machine import OrderStatus


@dataclass
class Tally:
    """What every simulation counts."""

    placed: int = 0
    moved: int = 0
    moved_by_others: int = 0
    completed: int = 0
    cancelled: int = 0

    def count(self, to: OrderStatus, moved: bool) -> None:
        """A move to `to` was asked for; `moved` is False if somebody had made it already."""
        self.moved += moved
        self.moved_by_others += not moved
        self.completed += moved and to == OrderStatus.COMPLETED
        self.cancelled += moved and to == OrderStatus.CANCELLED


@dataclass
class RushTally(Tally):
    taken_over: int = 0

    @property
    def sentence(self) -> str:
        return (
            f"{self.placed} orders placed, {self.taken_over} taken over from an earlier rush;"
            f" {self.moved} moves made, {self.moved_by_others} found made by others;"
            f" {self.completed} orders completed, {self.cancelled} cancelled."
        )


@dataclass
class ReplayTally(Tally):
    """`known` orders were replayed before, and `imported` ones were imported from the same log. Moves whose
    time the log lacks are counted by status.

    `doubled` orders have a time in an hour that a clock showed twice or jumped over.
    """

    known: int = 0
    imported: int = 0
    left_open: int = 0
    without_delivering: int = 0
    seconds: float = 0.0
    stopped: bool = False
    doubled: int = 0
    drawn: dict[OrderStatus, int] = field(default_factory=dict)
    unknown: dict[OrderStatus, int] = field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """What was played, and what of it was not in the log."""
        writes = self.placed + self.moved
        pace = f", {writes / self.seconds:,.0f} a second" if writes and self.seconds >= 1 else ""
        said = [
            f"{self.placed:,} orders placed and {self.moved:,} moves made in {self.seconds:,.1f} s{pace};"
            f" {self.completed:,} completed, {self.cancelled:,} cancelled, {self.left_open:,} left open."
        ]
        if self.known:
            said.append(f"{self.known:,} orders had been replayed before and were not placed again.")
        if self.imported:
            said.append(f"{self.imported:,} orders had been imported from this log and were not played.")
        if self.moved_by_others:
            said.append(f"{self.moved_by_others:,} moves were found made by others.")
        if self.drawn:
            said.append(f"Times that the log lacks were drawn: {_by_status(self.drawn)}.")
        if self.unknown:
            counts = _by_status(self.unknown)
            said.append(f"Times that the log lacks are unknown, and no figure rests on them: {counts}.")
        if self.doubled:
            said.append(
                f"{self.doubled:,} orders have a local time that the clock showed twice or jumped over;"
                " it was read so that no step comes before the one before it."
            )
        if self.without_delivering:
            said.append(
                f"{self.without_delivering:,} deliveries have no time of delivering"
                " and went from ready to completed."
            )
        if self.stopped:
            said.append("Stopped early: the same command goes on from here.")
        return said


def _by_status(counts: dict[OrderStatus, int]) -> str:
    return ", ".join(f"{status} {counts[status]:,}" for status in OrderStatus if status in counts)
