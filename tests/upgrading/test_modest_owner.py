"""The role that the README asks for, owner of the database with CREATEROLE, is all that a house needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from ordertrack.database import migrating, schema
from ordertrack.database.config import Settings
from support.database import connect
from support.http_client import Caller
from support.programs.clusters import VERSIONS, Owned, cluster, owned_database
from support.server import Server, wait_for
from upgrading.commands_run import refuses, run
from upgrading.schema_picture import Picture, bring_to, picture

ORDER = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]}
# As revision 0003 had it, which only a superuser may run.
BEFORE = """
CREATE OR REPLACE FUNCTION tenants_behind() RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET ordertrack.tenant_id = '' AS $$ BEGIN RETURN; END $$
"""


on_every_version = pytest.mark.parametrize("superuser", VERSIONS, indirect=True, scope="module")


@pytest.fixture(scope="module")
def superuser(request: pytest.FixtureRequest) -> Iterator[URL]:
    """Of a server of the newest version, or of the one that the test names."""
    with cluster(getattr(request, "param", VERSIONS[-1])) as url:
        yield url


@pytest.fixture
def modest(superuser: URL, tmp_path: Path) -> Iterator[Owned]:
    with owned_database(superuser, "modest", tmp_path) as owned:
        yield owned


@pytest.fixture
def powerless(superuser: URL, tmp_path: Path) -> Iterator[Owned]:
    with owned_database(superuser, "powerless", tmp_path, may="NOCREATEROLE") as owned:
        yield owned


def done(settings: Settings, *arguments: str) -> str:
    finished = run(settings, *arguments)
    assert finished.returncode == 0, finished
    return finished.stdout


@on_every_version
def test_such_a_role_installs_serves_reports_and_checks(modest: Owned) -> None:
    owner = modest.settings
    done(owner, "tenant", "create", "Cedar", "--slug", "cedar")
    done(owner, "restaurant", "create", "Hamra", "--tenant", "cedar", "--slug", "hamra", "--timezone", "UTC")
    staff = ("staff", "create", "maya@cedar.example", "--tenant", "cedar", "--role", "manager")
    done(owner, *staff, "--name", "Maya", "--password", "cedar-and-salt")
    key = json.loads(done(owner, "key", "create", "--tenant", "cedar", "--name", "Till", "--json"))["key"]
    running = Server(owner, owner.data_folder)
    running.start()
    try:
        take_an_order_to_its_end(running, key)
        with connect(modest.superuser.operator_url, autocommit=True) as superuser:
            progress = "SELECT max(seq) FROM sla_progress"
            wait_for(lambda: superuser.execute(progress).fetchone() == (5,), "the roll-up", 40)
    finally:
        running.stop()
    assert "FAIL" not in done(owner, "db", "check")
    assert "5 of 5 events" in done(owner, "sla", "rebuild")
    assert "1 event stream" in done(owner, "db", "new-epoch")
    assert "up to date" in done(owner, "db", "upgrade")
    assert "FAIL" not in done(owner, "db", "check")


def take_an_order_to_its_end(server: Server, key: str) -> None:
    caller = Caller(server.port, {"Authorization": f"Bearer {key}"})
    placed = caller.call("/api/v1/orders", body=ORDER)
    assert placed.status == 201, placed
    for status in ("confirmed", "preparing", "ready", "completed"):
        moved = caller.call(f"/api/v1/orders/{placed.json['id']}/transitions", body={"to": status})
        assert moved.status == 200, moved


@on_every_version
def test_its_house_is_the_house_that_a_superuser_makes(
    modest: Owned, settings: Settings, clean: Picture
) -> None:
    schema.upgrade(modest.settings)
    made = picture(modest.settings)
    for kind in clean.keys() - {"tables"}:  # their rights are spelled otherwise in each version
        rows = [row.replace("modest", str(settings.operator_url.username)) for row in made[kind]]
        assert sorted(rows) == clean[kind], kind


def test_without_createrole_it_is_said_before_anything_is_changed(powerless: Owned) -> None:
    before = picture(powerless.superuser)
    for command in (("db", "upgrade"), ("serve",), ("tenant", "create", "X", "--slug", "x")):
        refuses(run(powerless.settings, *command), "ALTER ROLE powerless CREATEROLE")
    assert picture(powerless.superuser) == before
    with connect(powerless.superuser.operator_url) as superuser:
        found = superuser.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        assert found.fetchone() == (0,)


def test_without_createrole_a_role_that_somebody_made_will_do(powerless: Owned) -> None:
    address = powerless.settings.app_url.set(drivername="postgresql", password="x")
    named = {"ORDERTRACK_APP_DATABASE_URL": address.render_as_string(hide_password=False)}
    refuses(run(powerless.settings, "db", "upgrade", **named), "which the database server does not have")
    with connect(powerless.superuser.operator_url, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE powerless_app LOGIN PASSWORD 'x'")
    assert run(powerless.settings, "db", "upgrade", **named).returncode == 0
    checked = run(powerless.settings, "db", "check", **named)
    assert checked.returncode == 0, checked


def test_a_house_whose_tables_are_another_roles_is_left_alone_in_a_sentence(modest: Owned) -> None:
    schema.upgrade(modest.superuser)
    before = picture(modest.superuser)
    refuses(run(modest.settings, "db", "upgrade"), "The tables of this database belong to postgres")
    assert picture(modest.superuser) == before


POWERS = {"SUPERUSER": "is a superuser", "BYPASSRLS": "bypasses", "IN ROLE modest": "acts as modest"}


@contextmanager
def app_address(owned: Owned, power: str) -> Iterator[dict[str, str]]:
    """The environment that names a role with this power, or the owner itself, as the application's."""
    url = owned.settings.operator_url.set(drivername="postgresql")
    if power:
        url = url.set(username="careless", password="x")
    with connect(owned.superuser.operator_url, autocommit=True) as superuser:
        if power:
            superuser.execute(f"CREATE ROLE careless LOGIN PASSWORD 'x' {power}")
        try:
            yield {"ORDERTRACK_APP_DATABASE_URL": url.render_as_string(hide_password=False)}
        finally:
            if power:
                superuser.execute("DROP OWNED BY careless")
                superuser.execute("DROP ROLE careless")


@pytest.mark.parametrize("power", ["", *POWERS])
@pytest.mark.parametrize("is_new", [False, True], ids=["up to date", "new"])
def test_an_application_that_would_see_past_tenants_is_refused_before_anything_is_changed(
    modest: Owned, power: str, is_new: bool
) -> None:
    if not is_new:
        schema.upgrade(modest.settings)
    before = picture(modest.superuser)
    with app_address(modest, power) as named:
        for command in [("db", "upgrade"), *([("serve",)] if not power else [])]:
            refused = run(modest.settings, *command, **named)
            refuses(refused, "tenants could see each other")
            assert POWERS.get(power, "") in refused.stderr
    assert picture(modest.superuser) == before
    assert "up to date" in done(modest.settings, "db", "upgrade")


def test_an_owner_who_lost_the_rights_to_its_tables_has_them_back(modest: Owned) -> None:
    schema.upgrade(modest.settings)
    before = picture(modest.superuser)
    with connect(modest.settings.operator_url, autocommit=True) as owner:
        owner.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM modest")
        for grant in migrating.grants():
            owner.execute(f"GRANT {grant} TO modest".encode())
    refuses(run(modest.settings, "key", "list"), "permission denied for table alembic_version")
    assert "up to date" in done(modest.settings, "db", "upgrade")
    assert "FAIL" not in done(modest.settings, "db", "check")
    lost = [row for row in before["tables"] if "alembic_version" in row]
    assert [row for row in picture(modest.superuser)["tables"] if "alembic_version" in row] == lost


def test_a_command_that_brings_the_database_up_to_date_says_so(empty: Settings) -> None:
    bring_to(empty, "0005")
    for said in (f"Bringing the database up to date: from revision 0005 to {migrating.newest()} ...\n", ""):
        listed = run(empty, "key", "list")
        assert (listed.returncode, listed.stdout, listed.stderr) == (0, "", said)


def test_houses_of_before_get_the_same_function(empty: Settings, clean: Picture) -> None:
    bring_to(empty, "0003")
    made = functions(empty)
    bring_to(empty, "0005")
    with connect(empty.operator_url, autocommit=True) as superuser:
        superuser.execute(BEFORE)
    assert functions(empty) != made
    schema.upgrade(empty)
    assert functions(empty) == made
    assert picture(empty) == clean


def functions(settings: Settings) -> list[str]:
    with connect(settings.operator_url) as operator:
        query = "SELECT pg_get_functiondef('tenants_behind()'::regprocedure)"
        return [text for (text,) in operator.execute(query)]
