"""Two servers of one database that sign with different secrets notice it, and say so, before they serve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ordertrack.database import secret
from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from support.database import connect
from support.quiet_database import quiet_fixtures
from support.server import wait_for

settings, app, operator_app, make_house = quiet_fixtures("module")


def test_another_secret_is_refused_while_somebody_serves_and_taken_over_when_nobody_does(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    # A role of the operator's own: its password says nothing of the secret.
    own_role = settings.app_url.render_as_string(hide_password=False)
    ours = replace(settings, app_database_url=own_role)
    theirs = replace(ours, secret_key="another")
    secret.see_to_it(ours)
    with connect(settings.app_url):
        secret.see_to_it(ours)
        with pytest.raises(UpgradeRefused, match="Servers that share a database share SECRET_KEY"):
            secret.see_to_it(theirs)
    assert capsys.readouterr().err == ""

    def is_taken_over() -> bool:
        try:
            secret.see_to_it(theirs)
        except UpgradeRefused:  # the connection is not gone yet
            return False
        return True

    wait_for(is_taken_over, "nobody to serve")
    assert "everybody has to sign in again" in capsys.readouterr().err
    with connect(settings.app_url), pytest.raises(UpgradeRefused):
        secret.see_to_it(ours)


def test_whoever_asks_for_it_by_name_changes_it(settings: Settings) -> None:
    asked = replace(settings, secret_key="asked for")
    secret.write(asked)
    with connect(settings.app_url):
        secret.see_to_it(asked)


def test_a_fingerprint_shows_nothing_of_the_secret(settings: Settings) -> None:
    assert settings.secret_key not in secret.fingerprint(settings)
    assert secret.fingerprint(settings) != secret.fingerprint(replace(settings, secret_key="another"))
