"""Which passwords may be chosen, and what is said of those that may not."""

from __future__ import annotations

import pytest
from flask import Flask

from ordertrack.demo.house import people as demo_people
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials import new_passwords
from ordertrack.tenants.staff import regaining, staff_accounts
from support.cast import PASSWORD, House

ABOUT = ["Nour Haddad", "nour.haddad@sevenlemons.example", "Seven Lemons", "seven-lemons", "Hamra", "hamra"]


@pytest.mark.parametrize(
    "password", [PASSWORD, "salt-and-cedar", "قمر على السطح", "vélo bleu sous la pluie", "x" * 9 + "?kW2@!"]
)
def test_what_is_not_guessed_soon_may_be_chosen(password: str) -> None:
    assert new_passwords.weakness(password, ABOUT) is None


def test_the_demos_passwords_may_be_chosen() -> None:
    for _ in range(50):
        made = demo_people._new_password()
        assert new_passwords.weakness(made, ["Samir", "samir@demo.example", "Seven Lemons", "demo"]) is None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "10 characters or more"),
        ("k8#Vq!z2P", "10 characters or more"),
        ("x?kW2@!" * 143, "1,000 characters or fewer"),
        ("Password2026!", "well-known word"),
        ("football12", "well-known word"),
        ("nourhaddad1", "Whoever knows you"),
        ("Seven Lemons", "Whoever knows you"),
        ("sevenlemons", "Whoever knows you"),
        ("hamrahamra", "Whoever knows you"),
        ("aaaaaaaaaaaa", "a repetition"),
        ("lkjhgfdsapoiu", "would be guessed"),
        ("12.11.198712", "would be guessed"),
    ],
)
def test_what_is_guessed_soon_is_refused_in_words_that_help(password: str, said: str) -> None:
    problem = new_passwords.weakness(password, ABOUT)
    assert problem is not None and said in problem


def test_a_password_is_judged_by_whose_it_is(operator_app: Flask, cedar: House) -> None:
    with operator_app.app_context():
        nour = regaining.find_by_address(cedar.nour.email)
        for password in (cedar.nour.email[:40], f"{cedar.slug}", "hamra-jounieh"):
            with pytest.raises(AccountError, match="Whoever knows you"):
                regaining.change_password(nour, password)
        assert staff_accounts.checked_password(PASSWORD, nour) == PASSWORD
