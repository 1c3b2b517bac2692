"""A house restored under another owner: commands say that they see nothing, until an upgrade shows it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import BlindOperator, db
from ordertrack.server import consistency
from ordertrack.tenants import accounts
from support.database import connect
from support.own_database import open_house
from support.programs.clusters import Owned, binaries, cluster, owned_database
from upgrading.commands_run import refuses, run
from upgrading.schema_picture import picture

Restore = Callable[[Owned], None]
VERSION = 18


@pytest.fixture(scope="module")
def here() -> Iterator[URL]:
    with cluster(VERSION) as url:
        yield url


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[URL]:
    with cluster(VERSION) as url:
        yield url


def tool(name: str, *arguments: str) -> None:
    done = subprocess.run([binaries(VERSION) / name, *arguments], capture_output=True, text=True, check=False)
    # pg_restore goes on past a policy for a role that this server does not know, as operators do.
    assert done.returncode == 0 or "errors ignored on restore: " in done.stderr, done.stderr


def address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def backup(here: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of a house with two tenants, made by the superuser as it has to be."""
    folder = tmp_path_factory.mktemp("first")
    with owned_database(here, "first", folder) as first:
        schema.upgrade(first.settings)
        open_house(first.settings)
        with make_bare_app(first.settings, as_operator=True).app_context():
            accounts.create_tenant("Rival", "rival")
            db.session.remove()
            db.engine.dispose()
        file = folder / "house.dump"
        tool("pg_dump", "-Fc", "-f", str(file), address(first.superuser.operator_url))
        yield file


@pytest.fixture(params=["where nobody has the old owner's name", "where somebody has it"])
def restored(
    request: pytest.FixtureRequest, backup: Path, here: URL, elsewhere: URL, tmp_path: Path
) -> Iterator[Owned]:
    """The backup in the database of another owner."""
    server = here if request.param == "where somebody has it" else elsewhere
    with owned_database(server, "second", tmp_path) as second:
        options = ("--no-owner", "--no-privileges")
        tool("pg_restore", *options, "-d", address(second.settings.operator_url), str(backup))
        yield second


def counted(settings: Settings, query: str) -> int:
    with connect(settings.operator_url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def test_commands_that_count_fail_where_they_see_no_tenant(restored: Owned) -> None:
    assert counted(restored.superuser, "SELECT count(*) FROM tenants") == 2
    assert counted(restored.settings, "SELECT count(*) FROM tenants") == 0
    for command in (("db", "new-epoch"), ("db", "check"), ("sla", "rebuild"), ("demo",)):
        refuses(run(restored.settings, *command), "cannot see which tenants there are")


def test_an_upgrade_shows_the_owner_of_today_every_tenant(restored: Owned) -> None:
    epochs = "SELECT sum(epoch) FROM tenant_streams"
    before = counted(restored.superuser, epochs)
    schema.upgrade(restored.settings)
    begun = run(restored.settings, "db", "new-epoch")
    assert (begun.returncode, begun.stdout) == (0, "2 event stream(s) began a new epoch.\n"), begun
    assert counted(restored.superuser, epochs) > before
    checked = run(restored.settings, "db", "check")
    assert checked.returncode == 0, checked
    assert "the log of cedar" in checked.stdout and "the log of rival" in checked.stdout


def test_after_it_nothing_tells_that_house_from_a_new_one(restored: Owned, here: URL, tmp_path: Path) -> None:
    schema.upgrade(restored.settings)
    with owned_database(here, "third", tmp_path) as third:
        schema.upgrade(third.settings)
        new, old = picture(third.settings), picture(restored.settings)
    assert old == {kind: [row.replace("third", "second") for row in rows] for kind, rows in new.items()}


def test_a_table_that_no_policy_shows_is_found(empty: Settings) -> None:
    schema.upgrade(empty)
    with connect(empty.operator_url, autocommit=True) as operator:
        operator.execute("DROP POLICY tenant_isolation ON orders")
    broken = [finding.claim for finding in consistency.check(empty) if not finding.holds]
    assert broken == ["every tenant's table has the policy that shows a tenant its rows"]


def test_a_tenant_without_a_stream_is_said_and_the_others_begin_anew(empty: Settings) -> None:
    schema.upgrade(empty)
    open_house(empty)
    refuses(run(empty, "db", "new-epoch", "--tenant", "nobody"), "There is no tenant 'nobody'")
    with connect(empty.operator_url, autocommit=True) as operator:
        operator.execute("INSERT INTO tenants VALUES (gen_random_uuid(), 'bare', 'Bare')")
    refuses(run(empty, "db", "new-epoch"), "1 event stream(s) began a new epoch, but there is none of bare")


def test_an_owner_who_sees_every_tenant_is_not_refused(empty: Settings) -> None:
    schema.upgrade(empty)
    schema.upgrade(empty, if_behind=True)
    with connect(empty.operator_url, autocommit=True) as operator:
        operator.execute("DROP POLICY operator ON tenants")
    schema.upgrade(empty, if_behind=True)  # a superuser sees them anyhow
    with pytest.raises(BlindOperator, match=empty.app_role):
        list(consistency.check(Settings.from_environment(app_as_operator(empty))))


def app_as_operator(settings: Settings) -> dict[str, str]:
    return {"ORDERTRACK_DATA": str(settings.data_folder), "DATABASE_URL": address(settings.app_url)}
