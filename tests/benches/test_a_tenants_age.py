"""A tenant's age costs nothing: its pages read as many blocks with months behind it as with a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from age import blocks, pages, tenant
from age.pages import Ask
from measure_age import is_flat
from ordertrack import create_app
from ordertrack.database import schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from support.database import connect
from support.quiet_database import pattern_of

YOUNG, OLD = 18_000, 180_000  # entries
A_DAY, OPEN = 100, 20  # orders
TIMES = 2.5  # as many blocks are as good as the same: what grows reads ten times as many


class Ages:
    """A young tenant and an old one, in a database of their own; what can be asked of each, by name."""

    def __init__(self, settings: Settings, operator: psycopg.Connection) -> None:
        self.operator = operator
        commands = make_bare_app(settings, as_operator=True)
        ages = [
            tenant.make(commands, operator, slug, entries, OPEN, A_DAY)
            for slug, entries in (("young", YOUNG), ("old", OLD))
        ]
        operator.execute("VACUUM (ANALYZE)")
        self.app: Flask = create_app(settings)
        self.young, self.old = (pages.of(self.app, each) for each in ages)
        with commands.app_context():
            db.engine.dispose()

    def read_by(self, ask: Ask) -> float:
        return blocks.read_by(self.app, self.operator, ask, times=2)


@pytest.fixture(scope="module")
def ages(settings: Settings) -> Iterator[Ages]:
    name = f"ordertrack_ages_{secrets.token_hex(4)}"
    url = settings.operator_url.set(database=name)
    own = replace(settings, database_url=url.render_as_string(hide_password=False))
    with connect(settings.operator_url, autocommit=True) as server:
        pattern = sql.Identifier(pattern_of(settings))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), pattern))
        try:
            schema.upgrade(own)
            with connect(url, autocommit=True) as operator:
                made = Ages(own, operator)
                yield made
            with made.app.app_context():
                db.engine.dispose()
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(own.app_role)))


def test_no_page_call_or_stream_reads_more_of_an_old_tenant_than_of_a_young_one(ages: Ages) -> None:
    grown = {}
    for name in ages.young:
        young, old = ages.read_by(ages.young[name]), ages.read_by(ages.old[name])
        if not is_flat(young, old, TIMES):
            grown[name] = (young, old)
    assert not grown, f"blocks read of the young tenant, and of the old one: {grown}"
