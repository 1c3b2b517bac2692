"""What came of a dinner: every tap accounted for, nothing twice, every tablet in step with the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dinner import changes, hearing, screens
from dinner.evening import MANY, Evening
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import EventRecord
from ordertrack.orders.moving import house
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import ADDED, TERMINAL, OrderStatus
from ordertrack.server import consistency

_AGAIN = {to for _, to in ADDED if to not in TERMINAL} | {OrderStatus.DELIVERING}
"""What an order may become several times, by being recalled or by coming back."""


def findings(evening: Evening) -> Iterator[str]:
    """One sentence for everything that is not as it has to be; none is a good evening."""
    yield from _taps(evening)
    yield from _orders(evening)
    yield from changes.findings(evening)
    yield from _hearing(evening)
    yield from evening.trouble
    yield from screens.findings(evening.app, evening.house, evening.tablets)
    for tablet in evening.tablets:
        yield from (f"{tablet.name}: the page had an error: {error}" for error in tablet.errors)
    for finding in consistency.check(evening.settings, [evening.house.tenant_id]):
        if not finding.holds:
            yield f"db check: {finding.claim}: does not hold"


def summary(evening: Evening) -> str:
    """What was done, in one line."""
    ends = Counter(end for tablet in evening.tablets for ends in tablet.ended.values() for end in ends)
    tablets, taps = len(evening.tablets), sum(len(tablet.made) for tablet in evening.tablets)
    said = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    unplanned = ", ".join(f"{before} to {to}: {n}" for (before, to), n in sorted(_unplanned(evening).items()))
    unheard = sorted(_unheard(evening).values())
    reloads = sum(tablet.reloads for tablet in evening.tablets)
    return (
        f"{len(evening.placed)} orders, {tablets} tablets, {reloads} reloads, {taps} taps: {said};"
        f" unheard for {unheard[len(unheard) // 2]:.1f} s in the middle, {unheard[-1]:.1f} s at most;"
        f" unplanned moves: {unplanned or 'none'}; {changes.summary(evening)}"
    )


def _unplanned(evening: Evening) -> Counter[tuple[str, str]]:
    """How often each move was made that only the extended rules allow."""
    with tenant_context(evening.app, evening.house.tenant_id):
        entries = event_log.entries_after(evening.house.tenant_id, 0, MANY)
    moves = ((entry.from_status, entry.to_status) for entry in entries if isinstance(entry, EventRecord))
    return Counter((str(before), str(to)) for before, to in moves if (before, to) in ADDED)


def _taps(evening: Evening) -> Iterator[str]:
    logged = _logged(evening)
    sent: set[str] = set()
    for tablet in evening.tablets:
        for tap in tablet.made:
            ends = tablet.ended.get(tap, Counter())
            if ends.total() != 1:
                yield f"{tablet.name}: the tap {tap} ended {dict(ends) or 'never'}, not once"
            elif "sent" in ends:
                sent.add(tap)
            elif logged[tap]:
                yield f"{tablet.name}: the tap {tap} was told to be {'/'.join(ends)} and stands in the log"
    for tap, times in logged.items():
        if times > 1:
            yield f"the tap {tap} stands in the log {times} times"
        if tap not in sent:
            yield f"the tap {tap} stands in the log and no tablet knows that it was sent"


def _hearing(evening: Evening) -> Iterator[str]:
    for number, waited in _unheard(evening).items():
        if waited > hearing.LONGEST:
            yield f"order {number} was unheard for {waited:.1f} s while a kitchen board lived and had sound"


def _unheard(evening: Evening) -> dict[int, float]:
    """For how long each order was unheard, by its number."""
    ears = [tablet.ear for tablet in evening.tablets if tablet.board == "kitchen"]
    with tenant_context(evening.app, evening.house.tenant_id):
        found = [records.find(evening.house.tenant_id, order_id) for order_id in evening.placed]
    return {order.number: hearing.unheard_for(order, ears) for order in found if order is not None}


def _logged(evening: Evening) -> Counter[str]:
    """How often each tap stands in the log; a tap that found its work done already does not."""
    with tenant_context(evening.app, evening.house.tenant_id):
        entries = event_log.entries_after(evening.house.tenant_id, 0, MANY)
    return Counter(entry.metadata["tap"] for entry in entries if "tap" in entry.metadata)


def _orders(evening: Evening) -> Iterator[str]:
    with tenant_context(evening.app, evening.house.tenant_id):
        for order_id in evening.placed:
            order = records.find(evening.house.tenant_id, order_id)
            assert order is not None
            if order.status not in TERMINAL:
                yield f"order {order.number} was left {order.status}"
            entries = event_log.entries_after(evening.house.tenant_id, 0, MANY, order_id=order_id)
            steps = Counter(entry.to_status for entry in entries if isinstance(entry, EventRecord))
            once = [to for to in steps if to not in _AGAIN]
            yield from (f"order {order.number} became {to} {steps[to]} times" for to in once if steps[to] > 1)
            unnamed = {entry.changed_by for entry in entries[1:]} - {each.person for each in evening.tablets}
            # The till calls off what is being made, and the clock begins what was for later.
            unnamed -= {evening.house.program.name, house.clock(evening.house.tenant_id).name}
            if unnamed:
                yield f"order {order.number} was moved by {unnamed}, who were not there"
