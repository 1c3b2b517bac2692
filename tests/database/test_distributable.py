"""The schema can be distributed by tenant: its keys, its functions and what docs/SCALE.md says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

SCALE = Path(__file__).resolve().parents[2] / "docs" / "SCALE.md"
# Whole on each node: few rows that hardly ever change. Tenants are among them, for each has its own name.
REFERENCE = {"rule_set_transitions", "status_transitions", "tenants"}
# On the coordinator alone.
LOCAL = {
    *("alembic_version", "company_invitations", "ended_access", "followers", "house_log"),
    *("secret_fingerprint", "sealing_fingerprints", "sign_in_tries"),
}
# What asks all tenants: what the roll-up's, the clock's and the follower's processes begin with, and whether
# there is any tenant at all, which requests ask as long as there is none.
ACROSS_TENANTS = {
    *("followed_heads", "house_is_empty", "jobs_due", "next_due", "tenants_behind"),
    *("channels_to_tend", "tenants_of_channels", "tenants_that_alert", "tenants_that_chose"),
    "tenants_to_alert",
}
# What writes to a table of no tenant's, and would have to be changed first.
WRITE_TO_NO_TENANT = {"note_ended_access"}

_TENANT_TABLES = """
    SELECT relname, attnotnull FROM pg_class
      JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
_UNIQUE = """
    SELECT relname, indexrelid::regclass::text, indisprimary, ARRAY(
        SELECT attname::text FROM unnest(indkey[:indnkeyatts - 1]) WITH ORDINALITY AS key (number, place)
          JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place)
      FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
     WHERE relnamespace = 'public'::regnamespace AND (indisunique OR indisexclusion)
"""
_FOREIGN = """
    SELECT conname, conrelid::regclass::text, confrelid::regclass::text, ARRAY(
        SELECT here.attname::text || ' ' || there.attname FROM unnest(conkey, confkey) AS pair (mine, its)
          JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = mine
          JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = its)
      FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
_COUNTED = """
    SELECT attrelid::regclass::text, attname FROM pg_attribute
      JOIN pg_class ON pg_class.oid = attrelid AND relnamespace = 'public'::regnamespace AND relkind = 'r'
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attnum > 0 AND NOT attisdropped
       AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE '%nextval%')
"""
_DEFINITION = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"
)
_FUNCTIONS = """
    SELECT proname, pg_proc.oid::regprocedure::text, prosrc FROM pg_proc
      JOIN pg_language ON pg_language.oid = prolang AND lanname IN ('sql', 'plpgsql')
     WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
def owned(operator: psycopg.Connection[Any]) -> set[str]:
    """The tables whose rows are a tenant's."""
    found = dict(operator.execute(_TENANT_TABLES).fetchall())
    assert all(found.values()), "tenant_id is never null"
    return set(found)


@pytest.fixture
def foreign(operator: psycopg.Connection[Any]) -> list[tuple[str, str, str, list[str]]]:
    return operator.execute(_FOREIGN).fetchall()


def test_every_table_is_distributed_or_known_not_to_be(
    operator: psycopg.Connection[Any], owned: set[str]
) -> None:
    others = {name for (name,) in operator.execute(_TABLES)} - owned
    assert others >= REFERENCE and others - REFERENCE <= LOCAL
    assert owned.isdisjoint(REFERENCE | LOCAL)


def test_the_key_of_a_tenants_table_begins_with_the_tenant_and_everything_unique_holds_it(
    operator: psycopg.Connection[Any], owned: set[str]
) -> None:
    primary = {}
    for table, index, is_primary, columns in operator.execute(_UNIQUE):
        if table in owned:
            assert "tenant_id" in columns, f"{index} would have to look at every node"
            if is_primary:
                primary[table] = columns[0]
    assert primary == dict.fromkeys(owned, "tenant_id")


def test_a_foreign_key_stays_in_its_tenant_or_leads_to_a_table_that_each_node_has(
    owned: set[str], foreign: list[tuple[str, str, str, list[str]]]
) -> None:
    for name, table, its, pairs in foreign:
        if its in owned:
            assert table in owned and "tenant_id tenant_id" in pairs, f"{name} leads to another node"
        else:
            assert its in REFERENCE, f"{name} leads to a table that nodes do not have"


def test_no_number_is_counted_for_all_tenants_together(operator: psycopg.Connection[Any]) -> None:
    assert operator.execute(_COUNTED).fetchall() == []


def statements(source: str) -> Iterator[str]:
    """The statements of a function's body that name a table, without comments and words in quotes."""
    source = re.sub(r"--[^\n]*|'(?:[^']|'')*'", " ", source)
    yield from source.split(";")


def asked_without_tenant(source: str, owned: set[str]) -> list[str]:
    """The statements that name more tables of tenants than they say `tenant_id` for."""
    named = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+{any_of(owned)}", re.IGNORECASE)
    return [each for each in statements(source) if len(named.findall(each)) > each.count("tenant_id")]


def any_of(tables: set[str]) -> str:
    return rf"(?:public\.)?(?:{'|'.join(sorted(tables))})\b"


def test_each_statement_of_a_function_asks_for_one_tenant(
    operator: psycopg.Connection[Any], owned: set[str]
) -> None:
    functions = operator.execute(_FUNCTIONS).fetchall()
    assert {name for name, *_ in functions} >= ACROSS_TENANTS | WRITE_TO_NO_TENANT
    through_all = re.compile(rf"\bFROM\s+{any_of({'tenants'})}", re.IGNORECASE)
    outside = re.compile(rf"\b(?:INTO|UPDATE|DELETE FROM)\s+{any_of(REFERENCE | LOCAL)}", re.IGNORECASE)
    for name, signature, source in functions:
        assert not asked_without_tenant(source, owned), f"{signature} asks for more than one tenant"
        assert bool(through_all.search(source)) == (name in ACROSS_TENANTS), signature
        assert bool(outside.search(source)) == (name in WRITE_TO_NO_TENANT), signature


def test_a_statement_without_its_tenant_is_found() -> None:
    good = "SELECT 1 FROM public.orders JOIN order_items AS i USING (tenant_id) WHERE orders.tenant_id = t"
    assert asked_without_tenant(good, {"orders", "order_items"}) == []
    assert asked_without_tenant("PERFORM FROM orders WHERE id = 'tenant_id'", {"orders"})
    assert asked_without_tenant("UPDATE orders SET note = '' -- tenant_id", {"orders"})


def test_what_docs_say_to_distribute_is_every_table_of_the_schema_each_after_what_it_refers_to(
    owned: set[str], foreign: list[tuple[str, str, str, list[str]]]
) -> None:
    text = SCALE.read_text()
    references = re.findall(r"^SELECT create_reference_table\('(\w+)'\);$", text, re.M)
    distributed = re.findall(r"^SELECT create_distributed_table\('(\w+)', 'tenant_id'(.*)\);$", text, re.M)
    names = [name for name, _ in distributed]
    assert sorted(references) == sorted(REFERENCE)
    assert sorted(names) == sorted(owned)
    first, *others = distributed
    assert first[1] == "" and {how for _, how in others} == {f", colocate_with => '{first[0]}'"}
    taken_off = set(re.findall(r"^ALTER TABLE \w+ DROP CONSTRAINT (\w+);$", text, re.M))
    put_back = set(re.findall(r"^ALTER TABLE \w+ ADD CONSTRAINT (\w+)\b", text, re.M))
    assert taken_off == put_back
    for name, table, its, _ in foreign:
        if its in owned and its != table and name not in taken_off:
            assert names.index(its) < names.index(table), f"{table} is distributed before {its}"
    assert text.rindex("create_reference_table") < text.index("create_distributed_table(")


def test_the_constraint_that_is_put_back_is_the_one_that_the_schema_has(
    operator: psycopg.Connection[Any],
) -> None:
    said = re.findall(r"^ALTER TABLE (\w+) ADD CONSTRAINT (\w+)\n?\s*([^;]+);", SCALE.read_text(), re.M)
    assert said
    for table, name, definition in said:
        row = operator.execute(_DEFINITION, [name, table]).fetchone()
        assert row == (" ".join(definition.split()),)
