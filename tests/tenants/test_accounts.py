"""What the operator hands out, what is kept of it, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given
from hypothesis import settings as choose
from hypothesis import strategies as st

from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials import digests, passwords
from ordertrack.tenants.credentials.passwords import hash_password, verify_password
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House

SERVED = passwords._hasher  # before the suite has a cheap one in its place


@pytest.fixture
def tenant(operator_app: Flask, cedar: House) -> Iterator[Tenant]:
    """Cedar, in the context of one command."""
    with operator_app.app_context():
        yield accounts.find_tenant(cedar.slug)


def test_of_an_api_key_only_the_digest_is_kept(operator: psycopg.Connection[Any], cedar: House) -> None:
    (row,) = operator.execute("SELECT * FROM api_keys WHERE tenant_id = %s", [cedar.tenant_id]).fetchall()
    assert digests.hash_key(cedar.key) in row
    assert not any(cedar.key in str(value) for value in row)
    assert re.fullmatch(r"ot_[\w-]{43}", cedar.key), "256 random bits"


def test_keys_are_different(tenant: Tenant) -> None:
    assert len({api_keys.create_key(tenant, "Same name")[1] for _ in range(10)}) == 10


def test_of_a_password_only_an_argon2id_hash_is_kept(
    operator: psycopg.Connection[Any], tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", SERVED)
    for name in ("Rami", "Zeina", "Jad"):
        email = f"{name}@{tenant.slug}.example"
        staff_accounts.create_staff_member(tenant, email, name, Role.KITCHEN, PASSWORD)
    rows = operator.execute(
        "SELECT password_hash FROM staff_members WHERE tenant_id = %s AND email ~ '^(rami|zeina|jad)@'",
        [tenant.id],
    ).fetchall()
    hashes = {password_hash for (password_hash,) in rows}
    assert len(hashes) == 3, "the same password, salted each time"
    for password_hash in hashes:
        assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", password_hash)
        assert PASSWORD not in password_hash


def test_a_password_is_verified_against_its_own_hash_only() -> None:
    password_hash = hash_password("salt and cedar")
    assert verify_password(password_hash, "salt and cedar")
    for wrong in ("", "salt and ceda", "Salt and cedar", "salt and cedar "):
        assert not verify_password(password_hash, wrong)
    assert not verify_password("no hash at all", "salt and cedar")
    assert not verify_password(None, "nobody has this password")


def test_a_new_tenant_has_an_empty_stream_of_this_epoch(
    operator: psycopg.Connection[Any], cedar: House
) -> None:
    row = operator.execute(
        "SELECT seq, abs(epoch - extract(epoch FROM now())) < 3600 FROM tenant_streams WHERE tenant_id = %s",
        [cedar.tenant_id],
    ).fetchone()
    assert row == (0, True)


@pytest.mark.parametrize(
    "slug", ["", "-", "-a", "a-", "A", "a b", "a/b", "a.b", "é", "a\n", "a" * 41, "..", "a_b"]
)
def test_a_slug_stands_in_an_address(tenant: Tenant, slug: str) -> None:
    with pytest.raises(AccountError, match="cannot stand in an address"):
        accounts.create_restaurant(tenant, "Hamra", slug, "Asia/Beirut")


@pytest.mark.parametrize("slug", ["a", "7", "a-b", "a--b", "a" * 40])
def test_a_good_slug_is_taken_once(tenant: Tenant, slug: str) -> None:
    accounts.create_restaurant(tenant, "Hamra", slug, "Asia/Beirut")
    with pytest.raises(AccountError, match="already"):
        accounts.create_restaurant(tenant, "Hamra", slug, "Asia/Beirut")
    accounts.create_restaurant(tenant, "Hamra", f"x{slug}"[:40] if slug != "a" * 40 else "y", "Asia/Beirut")


@pytest.mark.parametrize(
    "timezone", ["", "Beirut", "Asia/Nowhere", "../etc/passwd", "/etc/passwd", "\0", "x" * 5000]
)
def test_a_time_zone_is_one_that_exists(tenant: Tenant, timezone: str) -> None:
    with pytest.raises(AccountError, match="is not a time zone"):
        accounts.create_restaurant(tenant, "Hamra", "elsewhere", timezone)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "\u202ename", "nul\0"])
def test_a_name_is_printable(tenant: Tenant, name: str) -> None:
    with pytest.raises(AccountError, match="Write a name"):
        api_keys.create_key(tenant, name)


@pytest.mark.parametrize(
    "email", ["", "x", "@", "a@", "@b", "a b@c", "a@b@c", "x" * 65 + "@b", "a@" + "b" * 191]
)
def test_an_e_mail_address_looks_like_one(tenant: Tenant, email: str) -> None:
    with pytest.raises(AccountError, match="is not an e-mail address"):
        staff_accounts.create_staff_member(tenant, email, "X", Role.KITCHEN, PASSWORD)


def test_a_password_is_not_short(tenant: Tenant) -> None:
    with pytest.raises(AccountError, match="10 characters"):
        staff_accounts.create_staff_member(tenant, "x@cedar.example", "X", Role.KITCHEN, "9 charsss")


def test_an_e_mail_address_signs_in_once_in_all_tenants(
    tenant: Tenant, cedar: House, rival: House, operator_app: Flask
) -> None:
    taken = cedar.nour.email
    for email in (taken, taken.upper(), f" {taken} "):
        with pytest.raises(AccountError, match="signs in already"):
            staff_accounts.create_staff_member(tenant, email, "X", Role.KITCHEN, PASSWORD)
    with operator_app.app_context():
        other = accounts.find_tenant(rival.slug)
        with pytest.raises(AccountError, match="signs in already"):
            staff_accounts.create_staff_member(other, taken, "X", Role.KITCHEN, PASSWORD)


def test_a_slug_of_a_tenant_is_taken_once(tenant: Tenant) -> None:
    with pytest.raises(AccountError, match="There is a tenant"):
        accounts.create_tenant("Another", tenant.slug)


def test_what_is_not_there_cannot_be_found_or_revoked(tenant: Tenant, rival: House) -> None:
    with pytest.raises(AccountError, match="is not a staff member"):
        staff_accounts.revoke_staff_member(tenant, rival.nour.email)
    with pytest.raises(AccountError, match="no API key"):
        api_keys.revoke_key(tenant, "Nobody's")
    with pytest.raises(AccountError, match="There is no tenant"):
        accounts.find_tenant("nowhere")


def test_what_is_revoked_is_revoked_once(tenant: Tenant, cedar: House) -> None:
    staff_accounts.revoke_staff_member(tenant, cedar.nour.email.upper())
    with pytest.raises(AccountError, match="revoked before"):
        staff_accounts.revoke_staff_member(tenant, cedar.nour.email)
    api_keys.create_key(tenant, "Till")
    assert api_keys.revoke_key(tenant, "Till") == 2
    with pytest.raises(AccountError, match="still in use"):
        api_keys.revoke_key(tenant, "Till")


def test_of_keys_of_one_name_one_is_ended_by_its_id(tenant: Tenant) -> None:
    first, _ = api_keys.create_key(tenant, "Till")
    assert api_keys.revoke_key(tenant, None, first.id) == 1
    with pytest.raises(AccountError, match=f"no API key {first.id} that is still in use"):
        api_keys.revoke_key(tenant, "Till", first.id)
    assert api_keys.revoke_key(tenant, "Till") == 1


@choose(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@example("\x00@nowhere.example")
@given(st.text(max_size=45))
def test_whatever_is_asked_for_is_made_or_refused_in_words(tenant: Tenant, said: str) -> None:
    for make in (
        lambda: accounts.create_restaurant(tenant, "Hamra", said, "Asia/Beirut"),
        lambda: accounts.create_restaurant(tenant, "Hamra", "somewhere", said),
        lambda: api_keys.create_key(tenant, said),
        lambda: staff_accounts.create_staff_member(tenant, said, "X", Role.KITCHEN, PASSWORD),
    ):
        with suppress(AccountError):
            make()
