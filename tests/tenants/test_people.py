"""The people of tablets: who may see to whom, what is kept of a PIN, and the commands that do the same."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from psycopg import errors
from structlog.testing import capture_logs

from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.credentials.passwords import verify_password
from ordertrack.tenants.sessions import access
from ordertrack.tenants.staff import people, staff_accounts
from support import http_client
from support.cast import PASSWORD, House, Person
from support.database import connect
from support.http_client import EventStream, StreamEnded
from support.server import Server, environment_of, wait_for
from support.tablet import OTHER_PIN, PIN, Tablet, give_pin, hire, id_of

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def owner(operator_app: Flask, cedar: House, sign_in: SignIn) -> FlaskClient:
    with operator_app.app_context():
        email = f"samir@{cedar.slug}.example"
        member = staff_accounts.create_staff_member(
            accounts.find_tenant(cedar.slug), email, "Samir", Role.OWNER, PASSWORD
        )
        return sign_in(
            Person(email, cedar.maya.principal.__class__(cedar.tenant_id, str(member.id), "Samir"))
        )


@pytest.fixture
def ordertrack(settings: Settings, tmp_path: Any) -> Callable[..., Result]:
    """Type a command; it must end with this exit code."""

    def run(*words: str, code: int = 0, typed: str | None = None) -> Result:
        result = CliRunner().invoke(cli, words, env=environment_of(settings, tmp_path), input=typed)
        assert result.exit_code == code, result.output
        return result

    return run


def offered(tablet: Tablet) -> list[str]:
    assert tablet.client.get("/tablet/people").json is not None
    return [person["name"] for person in tablet.client.get("/tablet/people").json]  # type: ignore[union-attr]


def test_of_several_who_add_the_same_name_at_once_one_is_heard(
    cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any]
) -> None:
    managers = [sign_in(cedar.maya) for _ in range(6)]

    def add(manager: FlaskClient) -> int:
        return manager.post("/people", data={"name": "Rami", "role": "kitchen", "pin": PIN}).status_code

    with ThreadPoolExecutor(len(managers)) as pool:
        answers = sorted(pool.map(add, managers))
    assert answers == [302, *([422] * 5)]
    (count,) = operator.execute(
        "SELECT count(*) FROM staff_members WHERE tenant_id = %s AND name = 'Rami'", [cedar.tenant_id]
    ).fetchone() or (0,)
    assert count == 1


def test_a_manager_adds_somebody_who_signs_on_at_once_and_nowhere_else(
    cedar: House, sign_in: SignIn, kitchen: Tablet, operator: psycopg.Connection[Any]
) -> None:
    form = {"name": " Rami ", "role": "kitchen", "pin": PIN}
    assert sign_in(cedar.maya).post("/people", data=form).location == "/people"
    assert offered(kitchen) == ["Rami"]
    row = operator.execute(
        "SELECT id, email, password_hash, pin_hash FROM staff_members WHERE tenant_id = %s AND name = 'Rami'",
        [cedar.tenant_id],
    ).fetchone()
    assert row is not None
    staff_id, email, password_hash, pin_hash = row
    assert (email, password_hash) == (None, None)
    assert pin_hash.startswith("$argon2id$") and PIN not in pin_hash and verify_password(pin_hash, PIN)
    kitchen.sign_on(str(staff_id))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "nour"}, "somebody of this name"),
        ({"name": "\u00a0NOUR\u3000"}, "somebody of this name"),
        ({"name": "\uff2e\uff4f\uff55\uff52"}, "somebody of this name"),
        ({"name": ""}, "Write a name"),
        ({"name": "a\u202eb"}, "Write a name"),
        ({"role": "manager"}, "e-mail address"),
        ({"role": "owner"}, "e-mail address"),
        ({"role": "cook"}, "Choose what the person does"),
        ({"pin": "1234"}, "would guess"),
        ({"pin": "12"}, "4 to 8 digits"),
        ({"pin": "\0\0\0\0"}, "4 to 8 digits"),
    ],
    ids=str,
)
def test_who_cannot_be_added_as_asked_is_refused_in_place(
    cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any], wrong: dict[str, str], said: str
) -> None:
    form = {"name": "Rami", "role": "kitchen", "pin": PIN} | wrong
    answer = sign_in(cedar.maya).post("/people", data=form)
    assert answer.status_code == 422
    assert re.search(rf'role="alert">[^<]*{said}', answer.text)
    assert operator.execute(
        "SELECT count(*) FROM staff_members WHERE tenant_id = %s", [cedar.tenant_id]
    ).fetchone() == (3,)


def test_managers_see_to_cooks_dispatchers_and_themselves_and_owners_to_everybody(
    operator_app: Flask, cedar: House, sign_in: SignIn, owner: FlaskClient
) -> None:
    with operator_app.app_context():
        other = staff_accounts.create_staff_member(
            accounts.find_tenant(cedar.slug), f"m@{cedar.slug}.example", "Mona", Role.MANAGER, PASSWORD
        )
        samir = staff_accounts.find_staff_member(accounts.find_tenant(cedar.slug), "samir")
    maya, nour = sign_in(cedar.maya), sign_in(cedar.nour)
    may = {id_of(cedar.nour): 302, id_of(cedar.karim): 302, id_of(cedar.maya): 302,
           str(other.id): 403, str(samir.id): 403}  # fmt: skip
    for staff_id, status in may.items():
        assert maya.post(f"/people/{staff_id}/pin", data={"pin": OTHER_PIN}).status_code == status
        assert nour.post(f"/people/{staff_id}/pin", data={"pin": OTHER_PIN}).status_code == 403
        assert owner.post(f"/people/{staff_id}/pin", data={"pin": PIN}).status_code == 302
    assert maya.post(f"/people/{samir.id}/end").status_code == 403
    assert maya.post(f"/people/{id_of(cedar.maya)}/end").status_code == 403, "nobody ends themselves"
    assert maya.post(f"/people/{id_of(cedar.nour)}/end").status_code == 302
    assert owner.post(f"/people/{other.id}/end").status_code == 302
    for path in ("/people", "/people"):
        assert nour.get(path).status_code in (302, 403)


def test_nobody_of_another_tenant_is_there_to_be_seen_to(
    operator_app: Flask, cedar: House, rival: House, sign_in: SignIn, operator: psycopg.Connection[Any]
) -> None:
    eve = hire(operator_app, rival, "Eve")
    before = operator.execute("SELECT * FROM staff_members WHERE id = %s", [eve]).fetchall()
    maya = sign_in(cedar.maya)
    assert "<bdi>Eve</bdi>" not in maya.get("/people").text
    for path in (f"/people/{eve}/pin", f"/people/{eve}/end", f"/people/{uuid.uuid4()}/end"):
        assert maya.post(path, data={"pin": PIN}).status_code == 404
    assert operator.execute("SELECT * FROM staff_members WHERE id = %s", [eve]).fetchall() == before


def test_an_obvious_pin_is_refused_beside_the_person_and_the_old_one_goes_on(
    operator_app: Flask, cedar: House, sign_in: SignIn, kitchen: Tablet
) -> None:
    rami = hire(operator_app, cedar, "Rami")
    answer = sign_in(cedar.maya).post(f"/people/{rami}/pin", data={"pin": "4444"})
    assert answer.status_code == 422
    assert '<details class="row" open>' in answer.text and "would guess" in answer.text
    kitchen.sign_on(rami)


def test_whose_access_ended_is_offered_no_longer_and_named_for_streams(
    operator_app: Flask, cedar: House, sign_in: SignIn, kitchen: Tablet
) -> None:
    rami = hire(operator_app, cedar, "Rami")
    maya = sign_in(cedar.maya)
    assert maya.post(f"/people/{rami}/end").location == "/people"
    assert offered(kitchen) == []
    assert "Rami can no longer sign in" in maya.get("/people").text
    assert maya.post(f"/people/{rami}/pin", data={"pin": PIN}).status_code == 404
    hire(operator_app, cedar, "Rami")
    assert offered(kitchen) == ["Rami"], "the name is free again"


def ends(manager: FlaskClient, staff_id: str) -> None:
    assert manager.post(f"/people/{staff_id}/end").location == "/people"


def test_ended_access_is_given_back_within_a_day_and_old_sign_ins_stay_ended(
    operator_app: Flask, cedar: House, sign_in: SignIn, kitchen: Tablet, operator: psycopg.Connection[Any]
) -> None:
    rami, maya, nour = hire(operator_app, cedar, "Rami"), sign_in(cedar.maya), sign_in(cedar.nour)
    for each in (rami, id_of(cedar.nour)):
        ends(maya, each)
        assert maya.post(f"/people/{each}/give-back").location == "/people"
    assert offered(kitchen) == ["Rami"]
    kitchen.sign_on(rami)
    assert "Rami has access again" in maya.get("/people").text
    assert nour.get("/r/hamra/kitchen").status_code == 302, "an old sign-in is worth nothing"
    assert sign_in(cedar.nour).get("/r/hamra/kitchen").status_code == 200
    assert maya.post(f"/people/{rami}/give-back").status_code == 404, "it is not ended"
    ends(maya, rami)
    operator.execute("UPDATE staff_members SET revoked_at = now() - interval '25 h' WHERE id = %s", [rami])
    operator.commit()
    page = maya.get("/people").text
    assert "Ended more than 24 hours ago" in page and f"/people/{rami}/give-back" not in page
    too_late = maya.post(f"/people/{rami}/give-back")
    assert too_late.status_code == 422
    assert re.search(r'role="alert">It ended more than 24 hours ago', too_late.text)
    assert offered(kitchen) == []


def test_who_ended_an_access_and_who_gave_it_back_stands_in_the_servers_log(
    cedar: House, sign_in: SignIn, owner: FlaskClient
) -> None:
    nour = f"staff:{id_of(cedar.nour)}"
    with capture_logs() as said:
        ends(sign_in(cedar.maya), id_of(cedar.nour))
        owner.post(f"/people/{id_of(cedar.nour)}/give-back")
    told = [(each["event"], each["of"], each["by"]) for each in said if "access" in each["event"]]
    (_, _, ended_by), (_, _, given_back_by) = told
    assert told == [("access ended", nour, ended_by), ("access given back", nour, given_back_by)]
    assert ended_by == cedar.maya.principal.actor
    assert given_back_by not in (ended_by, nour)


def test_all_is_as_it_was_when_access_is_given_back(
    cedar: House, operator_app: Flask, sign_in: SignIn, kitchen: Tablet, operator: psycopg.Connection[Any]
) -> None:
    give_pin(operator_app, cedar, cedar.nour)
    nour, maya = id_of(cedar.nour), sign_in(cedar.maya)
    row = "SELECT * FROM staff_members WHERE id = %s"
    before = operator.execute(row, [nour]).fetchall()
    kitchen.sign_on(nour)
    ends(maya, nour)
    assert kitchen.client.post("/tablet/person", data={"staff": nour, "pin": PIN}).status_code == 403
    assert maya.post(f"/people/{nour}/give-back").location == "/people"
    operator.rollback()
    assert operator.execute(row, [nour]).fetchall() == before
    assert kitchen.sign_on(nour)
    assert sign_in(cedar.nour).get("/r/hamra/kitchen").status_code == 200


def test_asking_and_undoing_need_no_script(cedar: House, open_page: Callable[..., Page]) -> None:
    page = open_page(cedar.maya, "/people", java_script_enabled=False)
    karim = page.locator("details.row", has_text="Karim")
    karim.locator("summary").first.click()
    button = karim.get_by_role("button", name="End the access of Karim")
    expect(button).not_to_be_visible()
    karim.get_by_text("End access…").click()
    for said in ("every sign-in, on whatever device", "the PIN: a tablet", "every screen", "For 24 hours"):
        expect(karim.locator(".ends")).to_contain_text(said)
    button.click()
    ended = page.locator(".row.ended", has_text="Karim")
    expect(ended).to_contain_text("can be given back until")
    ended.get_by_role("button", name="Give access back · Karim").click()
    expect(page.get_by_role("status")).to_have_text("Karim has access again.")
    expect(ended).to_have_count(0)


def test_a_board_of_somebody_who_has_access_again_stays_open(
    cedar: House, server: Server, place: Callable[..., uuid.UUID]
) -> None:
    board, maya = "/r/hamra/kitchen/stream", http_client.sign_in(server.port, cedar.maya)
    before = EventStream(server.port, board, http_client.sign_in(server.port, cedar.nour).headers)
    for what in ("end", "give-back"):
        assert maya.call(f"/people/{id_of(cedar.nour)}/{what}", form={}).status == 302
    with pytest.raises(StreamEnded):
        list(iter(before.next, None))
    before.close()
    # On either worker, however soon it hears of it.
    nour = http_client.sign_in(server.port, cedar.nour)
    wait_for(lambda: all(stays_open(server, board, nour) for _ in range(4)), "boards that stay open")
    after = EventStream(server.port, board, nour.headers)
    order_id = str(place(cedar))
    assert any(order_id in frame.data for frame in iter(after.next, None))
    after.close()


def test_access_that_holds_is_not_given_back_and_its_sign_ins_stay(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    nour = sign_in(cedar.nour)
    with tenant_context(app, cedar.tenant_id):
        nour_herself = people.find(cedar.tenant_id, uuid.UUID(id_of(cedar.nour)))
        assert not access.give_back_access(nour_herself, by=cedar.maya.principal)
    assert nour.get("/r/hamra/kitchen").status_code == 200


def stays_open(server: Server, path: str, caller: http_client.Caller) -> bool:
    """Whether a stream has its first frames, and does not end after them."""
    stream = EventStream(server.port, path, caller.headers)
    try:
        return bool(list(iter(lambda: stream.next(0.1), None)))
    except StreamEnded:
        return False
    finally:
        stream.close()


def test_access_is_given_back_by_those_who_may_end_it_and_where_the_name_is_free(
    operator_app: Flask, cedar: House, rival: House, sign_in: SignIn, owner: FlaskClient
) -> None:
    rami, maya = hire(operator_app, cedar, "Rami"), sign_in(cedar.maya)
    ends(owner, id_of(cedar.maya))
    assert maya.get("/people").status_code == 302
    assert owner.post(f"/people/{id_of(cedar.maya)}/give-back").location == "/people"
    maya = sign_in(cedar.maya)
    ends(maya, rami)
    assert sign_in(rival.maya).post(f"/people/{rami}/give-back").status_code == 404
    assert sign_in(cedar.nour).post(f"/people/{rami}/give-back").status_code == 403
    hire(operator_app, cedar, "Rami")
    refused = maya.post(f"/people/{rami}/give-back")
    assert refused.status_code == 422 and "Somebody else of this name has access now" in refused.text


def test_the_applications_role_cannot_hand_out_a_sign_in(settings: Settings, cedar: House) -> None:
    for statement in (
        "UPDATE staff_members SET email = 'x@y'",
        "UPDATE staff_members SET password_hash = 'x'",
        "UPDATE staff_members SET tenant_id = gen_random_uuid()",
        "UPDATE api_keys SET scopes = '{orders:write}', restaurant_ids = NULL",
        "DELETE FROM api_keys",
        "DELETE FROM staff_members",
        "INSERT INTO staff_members (tenant_id, id, name, role, email, password_hash)"
        f" VALUES ('{cedar.tenant_id}', gen_random_uuid(), 'x', 'kitchen', 'x@y', 'x')",
        "UPDATE tablets SET board = 'dispatch'",
        "DELETE FROM tablets",
    ):
        with connect(settings.app_url) as confined:
            confined.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
            with pytest.raises(errors.InsufficientPrivilege):
                confined.execute(statement)


def test_the_command_gives_a_pin_by_address_or_name_and_asks_twice_for_it(
    ordertrack: Callable[..., Result], operator_app: Flask, cedar: House, kitchen: Tablet
) -> None:
    rami = hire(operator_app, cedar, "Rami", pin=OTHER_PIN)
    ordertrack("staff", "pin", cedar.nour.email, "--tenant", cedar.slug, "--pin", PIN)
    kitchen.sign_on(id_of(cedar.nour))
    said = ordertrack("staff", "pin", "rami", "--tenant", cedar.slug, typed=f"{PIN}\n{PIN}\n")
    assert "Rami has a new PIN." in said.output and PIN not in said.output
    kitchen.sign_on(rami)
    for who, pin, sentence in (
        ("nobody", PIN, "is not a staff member"),
        ("rami", "1111", "would guess"),
        ("rami", "12", "4 to 8 digits"),
    ):
        refused = ordertrack("staff", "pin", who, "--tenant", cedar.slug, "--pin", pin, code=1)
        assert sentence in refused.output


def test_two_people_of_one_name_are_told_apart_by_address(
    ordertrack: Callable[..., Result], operator_app: Flask, cedar: House
) -> None:
    with operator_app.app_context():
        staff_accounts.create_staff_member(
            accounts.find_tenant(cedar.slug), f"n@{cedar.slug}.example", "Nour", Role.KITCHEN, PASSWORD
        )
    refused = ordertrack("staff", "pin", "Nour", "--tenant", cedar.slug, "--pin", PIN, code=1)
    assert "2 people" in refused.output and "e-mail address" in refused.output
    ordertrack("staff", "pin", cedar.nour.email.upper(), "--tenant", cedar.slug, "--pin", PIN)


def test_the_command_lists_everybody_whose_access_holds(
    ordertrack: Callable[..., Result], operator_app: Flask, cedar: House
) -> None:
    hire(operator_app, cedar, "Rami")
    hire(operator_app, cedar, "Tarek")
    assert "Tarek can no longer" in ordertrack("staff", "revoke", "Tarek", "--tenant", cedar.slug).output
    listed = ordertrack("staff", "list", "--tenant", cedar.slug).output.splitlines()
    assert listed == [
        f"dispatch  Karim  {cedar.karim.email}  no PIN",
        f"manager  Maya  {cedar.maya.email}  no PIN",
        f"kitchen  Nour  {cedar.nour.email}  no PIN",
        "kitchen  Rami  on tablets only  PIN",
    ]
    made = json.loads(ordertrack("staff", "list", "--tenant", cedar.slug, "--json").output)
    assert [(each["name"], each["role"], each["has_pin"]) for each in made][-1] == ("Rami", "kitchen", True)
