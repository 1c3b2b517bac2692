"""The page on which owners choose the rule set of the company, and the operator's command."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import rule_sets
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import RuleSet
from ordertrack.tenants import accounts
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House, Person
from support.command_line import run_here

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def omar(operator_app: Flask, cedar: House) -> Person:
    """The owner of Cedar."""
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        email = f"omar@{cedar.slug}.example"
        member = staff_accounts.create_staff_member(tenant, email, "Omar", Role.OWNER, PASSWORD)
        return Person(email, Principal(tenant.id, f"staff:{member.id}", member.name, Role.OWNER))


@pytest.fixture
def held(app: Flask, cedar: House) -> Callable[[], RuleSet]:
    def read() -> RuleSet:
        with tenant_context(app, cedar.tenant_id):
            return rule_sets.read(cedar.tenant_id).rule_set

    return read


def test_an_owner_chooses_and_the_page_tells_who_did_and_when(
    sign_in: SignIn, omar: Person, held: Callable[[], RuleSet]
) -> None:
    client = sign_in(omar)
    assert "every company begins with the strict rules" in client.get("/rules").text
    chosen = client.post("/rules", data={"rule_set": "extended", "seen": "0"}, follow_redirects=True)
    assert "Saved. Every order follows these rules" in chosen.text and "<bdi>Omar</bdi>" in chosen.text
    assert held() == RuleSet.EXTENDED
    same = client.post("/rules", data={"rule_set": "extended", "seen": "1"}, follow_redirects=True)
    assert "Nothing was changed" in same.text
    late = client.post("/rules", data={"rule_set": "strict", "seen": "0"})
    assert late.status_code == 422 and "Somebody else chose meanwhile" in late.text
    assert held() == RuleSet.EXTENDED


@pytest.mark.parametrize("seen", ["", "abc", "-1", "9"])
def test_a_choice_that_does_not_say_which_one_it_was_made_from_is_refused(
    sign_in: SignIn, omar: Person, held: Callable[[], RuleSet], seen: str
) -> None:
    answer = sign_in(omar).post("/rules", data={"rule_set": "extended", "seen": seen})
    assert answer.status_code == 422 and "Somebody else chose meanwhile" in answer.text
    assert held() == RuleSet.STRICT


@pytest.mark.parametrize("sent", [{}, {"rule_set": "none"}, {"rule_set": "\0"}])
def test_what_is_no_rule_set_is_refused_in_a_sentence(
    sign_in: SignIn, omar: Person, held: Callable[[], RuleSet], sent: dict[str, str]
) -> None:
    answer = sign_in(omar).post("/rules", data=sent)
    assert answer.status_code == 422 and "Choose one of the two." in answer.text
    assert held() == RuleSet.STRICT


def test_managers_read_it_and_choose_nothing_and_others_do_not_even_read_it(
    sign_in: SignIn, cedar: House, held: Callable[[], RuleSet]
) -> None:
    manager = sign_in(cedar.maya)
    assert "Only owners choose the rules of the company." in manager.get("/rules").text
    assert manager.post("/rules", data={"rule_set": "extended", "seen": "0"}).status_code == 403
    assert sign_in(cedar.nour).get("/rules").status_code == 403
    assert held() == RuleSet.STRICT


def test_the_operator_chooses_by_a_command(
    settings: Settings, cedar: House, held: Callable[[], RuleSet]
) -> None:
    said = run_here(settings, "tenant", "rules", cedar.slug, "extended", "--json")
    assert json.loads(said.stdout) == {"tenant": cedar.slug, "rule_set": "extended", "changed": True}
    assert held() == RuleSet.EXTENDED
    again = run_here(settings, "tenant", "rules", cedar.slug, "extended")
    assert again.returncode == 0 and "already" in again.stdout
    nobody = run_here(settings, "tenant", "rules", "nobody", "strict")
    assert nobody.returncode == 1 and "There is no tenant 'nobody'" in nobody.stderr
    wrong = run_here(settings, "tenant", "rules", cedar.slug, "loose")
    assert wrong.returncode == 2 and "Traceback" not in wrong.stderr
