"""A real PostgreSQL for every test, and the recurring cast: Cedar and Rival, nour, karim, maya and eve."""

from __future__ import annotations

import gc
import json
import os
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql
from sqlalchemy import make_url, select, text
from xdist.remote import Producer

from ordertrack import create_app
from ordertrack.database import embedded, schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.monitoring import garbage
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.restaurants import operations
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.server import consistency
from ordertrack.tenants.credentials import passwords
from ordertrack.tenants.models import Restaurant
from support import cast
from support.cast import PASSWORD, House, Person
from support.database import connect
from support.following import pass_over
from support.houses.town import Town, open_town
from support.network_proxy import NetworkProxy
from support.pages import browser, page_clock
from support.quiet_database import drop_pattern, keep_pattern
from support.server import UNHURRIED, Server, share_static
from support.suite import left_behind
from support.suite.whole_files import CROWDED, WholeFiles

TESTS = Path(__file__).parent
# Servers of the suite have a data folder each, and one database.
os.environ.setdefault("ORDERTRACK_SEALING_KEYS", "b3JkZXJ0cmFjay10ZXN0cy1zZWFsLXRoZWlyLWtleXM=")
# How long something takes is measured elsewhere.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")
garbage.look_rarely()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    return WholeFiles(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take longest first."""

    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(TESTS).parts[0]

    items.sort(key=lambda item: (folder(item) not in CROWDED, folder(item) != "upgrading"))


def pytest_collection_finish() -> None:
    """Five thousand tests are there to stay: nobody has to look through them for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """A database of this run's own: on the server of DATABASE_URL, or on an embedded one.

    Whatever the tests did to it, its logs and its orders agree when they are over.
    """
    folder = Path(tempfile.mkdtemp(prefix="ordertrack-test-"))
    share_static(folder)
    environ = {"ORDERTRACK_DATA": str(folder), "PORT": "0", "ORDERTRACK_LIMITS": UNHURRIED}
    server = os.environ.get("DATABASE_URL")
    name = f"ordertrack_test_{secrets.token_hex(4)}"
    if server is None:
        left_behind.end_database_with_us(folder)
    else:
        with psycopg.connect(server, autocommit=True) as connection:
            if connection.info.parameter_status("is_superuser") != "on":
                pytest.exit(
                    "The suite makes and damages databases and roles: DATABASE_URL must be a superuser's.", 2
                )
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        environ["DATABASE_URL"] = make_url(server).set(database=name).render_as_string(hide_password=False)
    made = Settings.from_environment(environ)
    if server is None:
        _need_not_outlive_a_power_cut(made)
    schema.upgrade(made)
    keep_pattern(made)
    cast.make_somebody(made)
    yield made
    broken = [finding.claim for finding in consistency.check(made, _lived_in(made)) if not finding.holds]
    if server:
        drop_pattern(made)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(made.app_role)))
    else:
        embedded.stop(folder)
    shutil.rmtree(folder)
    assert broken == [], "The tests left their database with contradictions."


def _need_not_outlive_a_power_cut(settings: Settings) -> None:
    """Have the database server leave it to the system when to write to the disk."""
    with connect(settings.operator_url, autocommit=True) as superuser:
        for what in ("fsync", "full_page_writes"):
            superuser.execute(f"ALTER SYSTEM SET {what} = off")
        superuser.execute("SELECT pg_reload_conf()")


def _lived_in(settings: Settings) -> list[uuid.UUID]:
    """The houses in which anything happened; the others are as they were made."""
    query = """
        SELECT id FROM tenants WHERE id NOT IN (SELECT tenant_id FROM tenant_streams WHERE seq = 0)
        UNION SELECT tenant_id FROM orders
        UNION SELECT tenant_id FROM order_status_events
        UNION SELECT tenant_id FROM order_actions
        UNION SELECT tenant_id FROM saved_rule_sets
        UNION SELECT tenant_id FROM sla_rules
        UNION SELECT tenant_id FROM sla_progress
    """
    with connect(settings.operator_url) as operator:
        return [tenant_id for (tenant_id,) in operator.execute(query)]


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """Passwords and PINs are hashed at nearly no cost; what a real hash costs is tested by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cast.CHEAP)
        yield


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def operator_app(settings: Settings) -> Iterator[Flask]:
    """What the command line works in: the connection that owns the schema."""
    made = make_bare_app(settings, as_operator=True)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def town(settings: Settings) -> Iterator[Town]:
    """Three thousand tenants, in a database of their own."""
    with open_town(settings) as opened:
        yield opened


@pytest.fixture
def operator(settings: Settings) -> Iterator[psycopg.Connection]:
    """What psql gives the operator: the role that owns the schema, in one transaction until it commits."""
    with connect(settings.operator_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def confined(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection of the application's own role, in no tenant."""
    with connect(settings.app_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="session")
def make_house(operator_app: Flask) -> Callable[..., House]:
    """Make a tenant with its cast: `make_house("Cedar", ("hamra", "jounieh"))`."""
    return partial(cast.make_house, operator_app)


@pytest.fixture
def cedar(make_house: Callable[..., House]) -> House:
    return make_house("Cedar", ("hamra", "jounieh"))


@pytest.fixture
def hamra(app: Flask, cedar: House) -> uuid.UUID:
    """The id of Cedar's first restaurant."""
    with tenant_context(app, cedar.tenant_id):
        found = db.session.scalar(select(Restaurant.id).where(Restaurant.slug == "hamra"))
        assert found is not None
        return found


@pytest.fixture
def lines_asked(app: Flask, cedar: House, hamra: uuid.UUID) -> None:
    """Hamra's boards ask about open lines before they call an order ready. Name it after `at_once`."""
    with tenant_context(app, cedar.tenant_id):
        now = operations.of_restaurant(cedar.tenant_id, hamra)
        save_operations(replace(now, orders=OrderHandling(ready_needs_lines=True)), by=cedar.maya.principal)


@pytest.fixture
def rival(make_house: Callable[..., House]) -> House:
    """Another tenant; its manager is eve to Cedar."""
    return make_house("Rival", ("verdun", "badaro"))


@pytest.fixture
def undisturbed(cedar: House, settings: Settings) -> Iterator[None]:
    """A running server leaves Cedar's roll-up alone, and with it the marks that saving leaves for it."""
    with operator_connection(settings.operator_url) as connection:
        lock = text("SELECT pg_advisory_lock(hashtextextended('roll-up:' || :tenant, 0))")
        connection.execute(lock, {"tenant": str(cedar.tenant_id)})
        yield


@pytest.fixture
def place(app: Flask) -> Callable[..., uuid.UUID]:
    """Place an order in the first restaurant of a house: `place(cedar, fulfilment=...)`."""

    def place_order(
        house: House, fulfilment: Fulfilment = Fulfilment.DELIVERY, restaurant: str | None = None
    ) -> uuid.UUID:
        order = NewOrder(
            restaurant or house.restaurants[0],
            fulfilment,
            (NewItem("Kebab", 2, "no onion", ("extra garlic",)), NewItem("Fattoush", 1)),
        )
        with tenant_context(app, house.tenant_id):
            return intake.place(order, by=house.program)[0]

    return place_order


@pytest.fixture
def bring(app: Flask) -> Callable[..., None]:
    """Move an order along: `bring(cedar, order, OrderStatus.CONFIRMED, OrderStatus.PREPARING)`."""

    def move(house: House, order_id: uuid.UUID, *steps: OrderStatus) -> None:
        for step in steps:
            with tenant_context(app, house.tenant_id):
                transitions.advance(order_id, step, by=house.program)

    return move


@pytest.fixture
def status_of(app: Flask) -> Callable[[House, uuid.UUID], OrderStatus]:
    """The status of an order as the database has it."""

    def read(house: House, order_id: uuid.UUID) -> OrderStatus:
        with tenant_context(app, house.tenant_id):
            order = records.find(house.tenant_id, order_id)
            assert order is not None
            return order.status

    return read


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], FlaskClient]:
    """A test client in which this person has signed in through the page."""

    def sign_in_as(person: Person) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return sign_in_as


@pytest.fixture
def maya(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    return sign_in(cedar.maya)


@pytest.fixture(scope="session")
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`ordertrack serve` on the suite's database, two workers; what tests left before is followed already."""
    pass_over(settings, ["guest browsers"])
    running = Server(settings, tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def network(server: Server) -> Iterator[NetworkProxy]:
    """A network to the server that a test may break: `open_page(..., base_url=network.address)`."""
    between = NetworkProxy(server.port)
    yield between
    between.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = browser.find()
    assert path is not None, "no Chromium: run python tests/support/pages/browser.py"
    with sync_playwright() as playwright:
        yield (running := playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS))
        running.close()


# What the tablet has chosen, until it chooses something else.
_KEEPS = "for (const [what, chosen] of Object.entries(%s)) localStorage[what] ||= chosen"


@pytest.fixture
def open_page(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open an address in a window of its own, signed in as somebody or as nobody; a kitchen's shows columns.

    `language` and what is `kept` are what somebody has chosen there before, `locale` is the browser's.
    Whatever a page says on its console that is an error fails the test, unless the test cuts the network.
    """
    contexts: list[BrowserContext] = []
    said: list[tuple[Page, str]] = []

    def open_as(
        person: Person | None,
        path: str,
        strict: bool = True,
        view: str = "columns",
        language: str | None = None,
        kept: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Page:
        options = {"base_url": server.address} | options
        context = chromium.new_context(**options)
        if language is not None:
            context.add_cookies([{"name": "language", "value": language, "url": options["base_url"]}])
        context.add_init_script(_KEEPS % json.dumps({"view": view, **(kept or {})}))
        contexts.append(context)
        page = context.new_page()
        if strict:
            page.on("console", lambda told: said.append((page, told.text)) if told.type == "error" else None)
        page.on("pageerror", lambda error: said.append((page, str(error))))
        if person is not None:
            signed_in = context.request.post(
                "/login", form={"email": person.email, "password": PASSWORD}, max_redirects=0
            )
            assert signed_in.status == 302, signed_in.text()
        page.goto(path)
        return page

    yield open_as
    errors = [text for page, text in said if not page_clock.is_overtaken(page, text)]
    for context in contexts:
        context.close()
    assert not errors, errors
