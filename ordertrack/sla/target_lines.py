"""The targets that a report draws: each with whom it is for."""

from __future__ import annotations

from collections import defaultdict

from ordertrack.orders.state_machine import Fulfilment
from ordertrack.sla.selection import Selection


def of(selection: Selection) -> list[tuple[int, str]]:
    """The targets of the stage on the last day, in seconds, and for whom each holds ("" if for all)."""
    fulfilments = [selection.fulfilment] if selection.fulfilment else list(Fulfilment)
    holds: defaultdict[int, set[tuple[str, Fulfilment]]] = defaultdict(set)
    for each in selection.restaurants:
        for fulfilment in fulfilments:
            seconds = each.targets.at(selection.stage, fulfilment, selection.last)
            if seconds is not None:
                holds[seconds].add((each.name, fulfilment))
    everybody = len(selection.restaurants) * len(fulfilments)
    return [
        (seconds, "" if len(those) == everybody else _whom(selection, those))
        for seconds, those in sorted(holds.items())
    ]


def _whom(selection: Selection, those: set[tuple[str, Fulfilment]]) -> str:
    names = sorted({name for name, _ in those})
    kinds = [fulfilment for fulfilment in Fulfilment if any(each == fulfilment for _, each in those)]
    said = " and ".join(kind.value.replace("_", " ") for kind in kinds)
    if len(names) == len(selection.restaurants):
        return said
    places = names[0] if len(names) == 1 else f"{len(names)} restaurants"
    return places if len(kinds) == len(Fulfilment) else f"{places}, {said}"
