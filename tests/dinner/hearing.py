"""Whether every order was heard: while a kitchen board with sound lives, none waits long for a tone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ordertrack.boards.fragments import card_id
from ordertrack.orders.reading.order_record import OrderRecord

LONGEST = 5.0  # seconds

# The page says when it is live with sound and when not, and with each tone which new orders it is for.
LISTEN = """
addEventListener("DOMContentLoaded", () => {
  const bar = document.getElementById("alert-bar");
  if (!bar) return;
  const tell = (...said) => console.debug(JSON.stringify(["ear", Date.now() / 1000, ...said]));
  const sayState = () => tell("hears", document.body.dataset.live === "live" && bar.dataset.sound === "on");
  const toneOf = ({ dataset: { news } }) => (news === "unshown" ? "new" : news);
  const sayNew = (changes) => {
    const tones = [document.body.dataset.sounded, ...changes.slice(1).map(({ oldValue }) => oldValue)];
    const fresh = [...document.querySelectorAll(".card[data-status=pending][data-news]")];
    tell("rang", fresh.filter((card) => tones.includes(toneOf(card))).map(({ id }) => id));
  };
  new MutationObserver(sayState).observe(document.body, { attributeFilter: ["data-live"] });
  new MutationObserver(sayState).observe(bar, { attributeFilter: ["data-sound"] });
  const tone = { attributeFilter: ["data-sounded"], attributeOldValue: true };
  new MutationObserver(sayNew).observe(document.body, tone);
  addEventListener("pagehide", () => tell("hears", false));
  sayState();
});
"""

Span = tuple[float, float]


@dataclass
class Ear:
    """What a tablet said of its sound: when it was live and had it, and when it rang for which cards."""

    rang: list[tuple[float, set[str]]] = field(default_factory=list)
    _changes: list[tuple[float, bool]] = field(default_factory=list)

    def hear(self, at: float, what: str, said: Any) -> None:
        if what == "rang":
            self.rang.append((at, set(said)))
        else:
            self._changes.append((at, bool(said)))

    def spans(self) -> Iterator[Span]:
        began: float | None = None
        for at, hears in [*self._changes, (float("inf"), False)]:
            if hears and began is None:
                began = at
            elif not hears and began is not None:
                yield began, at
                began = None


def unheard_for(order: OrderRecord, ears: Iterable[Ear]) -> float:
    """Seconds in which the order was new, some board with sound lived, and none had rung for it yet."""
    card, ears = card_id(order.id), list(ears)
    begun = order.began_at.timestamp()
    taken = order.steps[1].at.timestamp() if len(order.steps) > 1 else dt.datetime.now(dt.UTC).timestamp()
    first = min(
        (at for ear in ears for at, cards in ear.rang if card in cards and at >= begun), default=taken
    )
    until = min(first, taken)
    spans = sorted((max(a, begun), min(b, until)) for ear in ears for a, b in ear.spans())
    waited, covered = 0.0, begun
    for start, end in spans:
        waited += max(0.0, end - max(start, covered))
        covered = max(covered, end)
    return waited
