"""The history of a busy evening, checked: what writers were told and readers saw is what the log says."""

from __future__ import annotations

from soak.plans import planning
from soak.plans.plan import OF_ONE_HOST, SHORT, Fault
from soak.round import Played, World, play


def assert_holds(played: Played) -> None:
    found = list(played.findings())
    assert not found, f"with seed {played.plan.seed}:\n" + "\n".join(found[:30])


def test_nothing_is_lost_and_nothing_is_doubled(quiet_round: Played) -> None:
    assert_holds(quiet_round)


def test_nothing_is_lost_and_nothing_is_doubled_whatever_breaks_meanwhile(world: World) -> None:
    played = play(world, 2, SHORT, OF_ONE_HOST)
    assert_holds(played)
    assert played.faults.total() == SHORT.strikes


def test_nothing_is_lost_and_nothing_is_doubled_by_two_hosts_that_die_in_turn_with_their_bus(
    two_hosts: World,
) -> None:
    played = play(two_hosts, 3, SHORT, (Fault.HOST_KILLED, Fault.BUS_KILLED))
    assert_holds(played)
    assert played.faults.total() == SHORT.strikes


def test_a_seed_names_a_plan() -> None:
    first, again, other = (planning.make(seed, SHORT, tuple(Fault)) for seed in (7, 7, 8))
    assert first == again
    assert first != other
