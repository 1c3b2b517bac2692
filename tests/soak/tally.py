"""What was counted over many rounds, in one line."""

from __future__ import annotations

from collections import Counter

from ordertrack.orders.log.entries import ActionRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import ADDED, CAME_BACK, RECALL
from soak.checks.truth import Entry
from soak.plans.plan import Fault
from soak.round import Played
from soak.writing.attempts import Outcome

LIVED = ("changes", "delays", "fires", "recalls", "came back", "cancelled late", "acknowledged")
_ACTS = {
    OrderAction.CHANGE: "changes",
    OrderAction.DELAY: "delays",
    OrderAction.FIRE: "fires",
    OrderAction.ACKNOWLEDGE: "acknowledged",
}


def _lived(entry: Entry) -> str:
    """What happened of an order's real life; nothing for the usual way."""
    if isinstance(entry, ActionRecord):
        return _ACTS[entry.act]
    assert entry.to_status is not None
    move = (entry.from_status, entry.to_status)
    if move not in ADDED:
        return ""
    return {RECALL: "recalls", CAME_BACK: "came back"}.get(move, "cancelled late")


class Tally:
    def __init__(self) -> None:
        self.seeds: list[int] = []
        self._counts: Counter[str] = Counter()

    def add(self, played: Played) -> None:
        self.seeds.append(played.plan.seed)
        self._counts += played.faults
        for stage, truth, readers in zip(played.stages, played.truths, played.readers, strict=True):
            self._counts += Counter(
                events=truth.head, orders=len(truth.orders), readers=len(readers), answers=len(stage.claims)
            )
            self._counts += Counter(attempt.outcome for attempt in stage.attempts)
            self._counts += Counter(_lived(entry) for entry in truth.entries)
            for reader in readers:
                self._counts += reader.counts

    def sentence(self) -> str:
        """Without its end, for what came of it is said by who knows."""
        faults = ", ".join(self._told(*Fault)) or "no faults"
        return (
            f"seeds {self._seeds()}: {self._of('events')} of {self._of('orders')}; "
            f"attempts {', '.join(self._told(*Outcome))}; {self._of('answers')} held against the log; "
            f"among them {', '.join(self._told(*LIVED))}; "
            f"{self._of('frames')} in {self._of('connections')} to {self._of('readers')},"
            f" {self._of('reconnects')}, {self._of('cuts')}, {self._of('resets')}; {faults}"
        )

    def _of(self, what: str) -> str:
        return f"{self._counts[what]:,} {what}"

    def _told(self, *names: str) -> list[str]:
        return [self._of(name) for name in names if self._counts[name]]

    def _seeds(self) -> str:
        if len(self.seeds) < 2:
            return str(self.seeds[0]) if self.seeds else "none"
        return f"{self.seeds[0]} to {self.seeds[-1]} ({len(self.seeds)})"
