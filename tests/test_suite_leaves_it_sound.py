"""Whatever the tests before this one did to their database, its logs and its orders agree."""

from __future__ import annotations

from ordertrack import consistency
from ordertrack.config import Settings


def test_the_database_of_the_suite_holds_every_claim(settings: Settings) -> None:
    assert [finding.claim for finding in consistency.check(settings) if not finding.holds] == []
