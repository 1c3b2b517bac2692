"""A newer version has brought the database further: this one goes on with it, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from ordertrack import create_app
from ordertrack.database import migrating, schema, schema_age
from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from ordertrack.database.session import db
from support.database import connect
from upgrading.schema_picture import Picture, picture


@pytest.fixture
def newer(empty: Settings) -> Settings:
    """A newer version has added something."""
    schema.upgrade(empty)
    with connect(empty.operator_url, autocommit=True) as operator:
        operator.execute("UPDATE alembic_version SET version_num = '9999'")
        operator.execute("ALTER TABLE orders ADD COLUMN of_tomorrow text")
    return empty


def needs_code_of(settings: Settings, revision: str) -> None:
    """A newer version has taken something away."""
    with connect(settings.operator_url, autocommit=True) as operator:
        operator.execute(f"COMMENT ON TABLE alembic_version IS '{schema_age.written(revision)}'".encode())


@pytest.fixture
def app(newer: Settings) -> Iterator[Flask]:
    made = create_app(newer)
    yield made
    with made.app_context():
        db.engine.dispose()


def test_what_was_added_is_left_as_it_is_and_gone_on_with(
    newer: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = picture(newer)
    schema.upgrade(newer, may_be_newer=True)
    assert capsys.readouterr().err.count("revision 9999, of a newer version") == 1
    schema.upgrade(newer, if_behind=True)
    assert capsys.readouterr().err == ""
    assert picture(newer) == before


@pytest.mark.parametrize("how", ["may_be_newer", "if_behind"])
def test_a_schema_that_needs_newer_code_is_refused_in_a_sentence(newer: Settings, how: str) -> None:
    needs_code_of(newer, "9998")
    before = picture(newer)
    with pytest.raises(
        UpgradeRefused, match=r"needs the code of revision 9998, .* Start the newer version here"
    ):
        schema.upgrade(newer, **{how: True})
    assert picture(newer) == before


def test_a_schema_of_which_nothing_is_said_is_not_believed(newer: Settings) -> None:
    with connect(newer.operator_url, autocommit=True) as operator:
        operator.execute("COMMENT ON TABLE alembic_version IS NULL")
    with pytest.raises(UpgradeRefused, match="revision 9999, which this version of ordertrack does not know"):
        schema.upgrade(newer, may_be_newer=True)


def test_a_server_that_lives_through_it_is_not_ready_and_says_why_where_it_would_fail(
    newer: Settings, app: Flask
) -> None:
    client = app.test_client()
    assert client.get("/readyz").json["schema"] is True  # type: ignore[index]
    needs_code_of(newer, "9998")
    with connect(newer.operator_url, autocommit=True) as operator:
        operator.execute("ALTER TABLE api_keys RENAME TO keys_of_tomorrow")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["schema"] is False and "needs the code of revision 9998" in answer.json["reason"]  # type: ignore[index]
    refused = client.get("/api/v1/orders", headers={"Authorization": "Bearer whatever"})
    assert refused.status_code == 503
    assert "This server is older than its database" in refused.json["detail"]  # type: ignore[index]


def test_each_revision_names_a_revision_where_it_takes_something_away(clean: Picture) -> None:
    assert clean["revision"] == [str((migrating.newest(),))]
    assert migrating.oldest_code() in schema_age.KNOWN
    assert max(schema_age.KNOWN) == migrating.newest()
