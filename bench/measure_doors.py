"""make bench-doors BEFORE=<git ref>: attacks, and how honest people fare meanwhile, on that commit and this.

Each side is a checkout's own server with a database of its own, filled by that checkout's own commands; the
attackers are the same and only ask. Rounds are taken in turns: what else the machine does falls on both.
Without BEFORE it is this tree alone, and with QUICK=1 a small round: RESULTS.md is left alone then.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import older
import table
from doors import asking, crowding, holding, words
from doors.figures import Figures
from doors.side import FEW, Side
from ordertrack.database import embedded
from processes import wait_for
from stage import FULL, Stage

ROUNDS, SECONDS, ENTRIES = 3, 5.0, 50_000
QUICK = (1, 2.0, 6_000)
_HERE = Path(__file__).resolve().parent.parent
_ROLLED_UP = """
    SELECT coalesce((SELECT seq FROM sla_progress WHERE tenant_id = stream.tenant_id), 0) = stream.seq
      FROM tenant_streams AS stream JOIN tenants ON tenants.id = tenant_id WHERE slug = 'eve'
"""
HOW = """Servers of both commits, one worker each on a core, PostgreSQL and all clients on the other;
{rounds} rounds in turns. Who is honest asks on a new connection each time and gives up after
{patience:.0f} s: *served* are those of all rounds together, and the two times are their p50 and p95, each the
median of the rounds. Places are held on a worker with {few} descriptors; shares, bursts and guesses are tried
with the limits as they are, behind a counted proxy. The replayed log has {entries:,} entries. {load}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--before", action="append", default=[], help="a git ref, or a checkout; may be said again"
    )
    parser.add_argument("--quick", action="store_true", help="a small round, to see that it works")
    asked = parser.parse_args()
    rounds, seconds, entries = QUICK if asked.quick else (ROUNDS, SECONDS, ENTRIES)
    figures = Figures()
    with Stage(FULL) as stage, ExitStack() as stack:
        import machine  # after the stage, which decides the core that everything begins on

        described, load = machine.describe(stage), os.getloadavg()[0]
        befores = [
            stack.enter_context(_tree(stage.folder / str(n), ref)) for n, ref in enumerate(asked.before)
        ]
        roots = {_commit(root): root for root in [*befores, _HERE]}
        sides = [
            Side(name, root, stage, stack.enter_context(stage.database(f"doors_{number}")))
            for number, (name, root) in enumerate(roots.items())
        ]
        _play(stage, sides, figures, rounds, seconds, entries)
    print(shown := figures.markdown(list(roots)))
    if asked.quick or not asked.before:
        print("RESULTS.md is left alone: it is written by a full run beside another commit only.")
        return
    said = f"The load of the machine was {load:.1f} before it began."
    how = HOW.format(rounds=rounds, patience=asking.PATIENCE, few=FEW, entries=entries, load=said)
    table.write_section(table.DOORS, [described, how, shown])


def _play(
    stage: Stage, sides: Sequence[Side], figures: Figures, rounds: int, seconds: float, entries: int
) -> None:
    cookies: dict[str, str] = {}

    def in_turns(what: str, attack: Callable[[Side], None], times: int = rounds) -> None:
        for number in range(times):
            for side in sides if number % 2 == 0 else reversed(sides):
                figures.side = side.name
                attack(side)
                stage.say(f"{what}, {number + 1} of {times}: {side.name}")

    with ExitStack() as servers:
        for side in sides:
            servers.enter_context(side.serving(FEW))
            cookies[side.name] = asking.cookies(words.sign_in(side, "maya"))
        in_turns("held places", lambda side: holding.besiege(side, cookies[side.name], seconds, figures))
        in_turns("forged names", lambda side: words.forge(side, figures), 1)
        in_turns("blurred orders", lambda side: words.blur(side, figures), 1)
        in_turns("other houses' ids", lambda side: words.trespass(side, figures), 1)
    for side in sides:
        side.fill(entries)
    with ExitStack() as servers:
        for side in sides:
            servers.enter_context(side.serving(proxies=1))
            cookies[side.name] = asking.cookies(words.sign_in(side, "maya"))
        in_turns("shares", lambda side: crowding.crowd(side, cookies[side.name], seconds, figures))
        in_turns("guesses", lambda side: words.guess(side, figures), 1)
        for side in sides:
            wait_for(lambda side=side: _is_rolled_up(side), "the roll-up", 180)  # type: ignore[misc]
        in_turns("replays", lambda side: crowding.replay(side, seconds, figures))
        with _away(stage):
            in_turns("no database", lambda side: words.lose(side, figures), 1)


def _is_rolled_up(side: Side) -> bool:
    with side.sql() as connection:
        found = connection.execute(_ROLLED_UP).fetchone()
    return found is not None and bool(found[0])


@contextmanager
def _away(stage: Stage) -> Iterator[None]:
    """PostgreSQL is stopped, and started again in the end."""
    with stage.sql() as connection:
        folder = connection.info.host
    embedded.stop(stage.folder)
    try:
        yield
    finally:
        embedded.start_again(stage.folder, folder)


@contextmanager
def _tree(folder: Path, before: str) -> Iterator[Path]:
    """A checkout as it is, or one that is made of a commit."""
    if Path(before).is_dir():
        yield Path(before).resolve()
        return
    with older.tree(folder, before) as root:
        yield root


def _commit(root: Path) -> str:
    said = subprocess.run(
        ["git", "-C", root, "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


if __name__ == "__main__":
    os.environ.pop("ORDERTRACK_APP_DATABASE_URL", None)
    os.environ.pop("DATABASE_URL", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The bench was told to end."))
    main()
