"""One place names all that is cleaned and how long each is kept, and it is cleaned so."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from ordertrack.database.config import ROOT
from ordertrack.database.session import db, tenant_context
from ordertrack.following import housekeeping
from ordertrack.following.housekeeping import OF_COMPANIES, OF_THE_HOUSE, Kept
from support.cast import House

# A row of each that is so many days old.
_ROWS = {
    "password_links": """
        INSERT INTO password_links SELECT tenant_id, gen_random_uuid(), id, id, gen_random_uuid(), now(),
            now() - %(age)s FROM staff_members WHERE tenant_id = %(tenant)s LIMIT 1
    """,
    "tablet_codes": """
        INSERT INTO tablet_codes SELECT tenant_id, gen_random_uuid(), id, 'kitchen', 'Grill',
            gen_random_uuid(), 'Maya', 'staff:x', now() - %(age)s FROM restaurants
             WHERE tenant_id = %(tenant)s LIMIT 1
    """,
    "staff_sessions": """
        INSERT INTO staff_sessions (tenant_id, id, staff_id, last_seen_at)
            SELECT tenant_id, gen_random_uuid(), id, now() - %(age)s FROM staff_members
             WHERE tenant_id = %(tenant)s LIMIT 1
    """,
    "log_imports": """
        INSERT INTO log_imports (tenant_id, id, actor, made_by, name, language, state, made_at)
            VALUES (%(tenant)s, gen_random_uuid(), 'staff:x', 'Maya', 'log.csv', 'en', 'shown',
                now() - %(age)s)
    """,
    "closed_screens": """
        INSERT INTO closed_screens SELECT tenant_id, id, 'kitchen', %(age)s::text, now() - %(age)s
          FROM restaurants WHERE tenant_id = %(tenant)s LIMIT 1
    """,
}


@pytest.mark.parametrize(
    "kept", [each for each in OF_COMPANIES if each.table in _ROWS], ids=lambda kept: kept.table
)
def test_what_is_older_than_it_is_kept_is_gone_and_what_is_younger_is_not(
    app: Flask, operator: psycopg.Connection[Any], cedar: House, kept: Kept
) -> None:
    for days in (kept.days + 0.5, kept.days - 0.5):
        age = f"{days} days"
        operator.execute(
            _ROWS[kept.table].replace("%(age)s", f"interval '{age}'"), {"tenant": cedar.tenant_id}
        )
    operator.commit()
    with tenant_context(app, cedar.tenant_id):
        assert housekeeping.clean(cedar.tenant_id) == {kept.table: 1}
        assert db.session.scalar(text(f"SELECT count(*) FROM {kept.table}")) == 1


def test_the_page_for_operators_says_of_each_how_long_it_is_kept() -> None:
    page = (ROOT / "docs" / "OPERATE.md").read_text()
    said = dict(re.findall(r"^\| (.+?) \| (\d+) days? \|", page, re.MULTILINE))
    assert said == {each.what: str(each.days) for each in (*OF_COMPANIES, *OF_THE_HOUSE)}
