"""The language of a device: its menu's choice, else its browser's; programs are answered in English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.i18n.translate import LANGUAGES, TAGS
from ordertrack.web.language_menu import KEPT_FOR
from support.cast import House, Person

FRENCH_BROWSER = {"Accept-Language": "fr-LB,fr;q=0.9,en;q=0.5"}
SIGN_IN = {"en": "Sign in", "fr": "Se connecter", "ar": "تسجيل الدخول", "ar-arab": "تسجيل الدخول"}


def choose(client: FlaskClient, tag: str, back: str = "/login") -> str:
    answer = client.post("/language", data={"language": tag, "next": back})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize("tag", TAGS)
def test_what_a_device_chose_it_is_spoken_to_in(app: Flask, tag: str) -> None:
    client = app.test_client()
    assert choose(client, tag, "/login?next=/orders") == "/login?next=/orders"
    page = client.get("/login", headers=FRENCH_BROWSER).text
    assert f"<h1>{SIGN_IN[tag]}</h1>" in page
    language = LANGUAGES[tag]
    assert f'<html lang="{language.locale.language}" dir="{language.direction}"' in page
    assert f'value="{tag}" lang="{language.locale.language}" aria-pressed="true"' in page


def test_a_device_that_chose_nothing_is_spoken_to_as_its_browser_asks(app: Flask) -> None:
    asks = app.test_client()
    assert SIGN_IN["fr"] in asks.get("/login", headers=FRENCH_BROWSER).text
    assert SIGN_IN["ar"] in asks.get("/login", headers={"Accept-Language": "ar-LB"}).text
    assert SIGN_IN["en"] in asks.get("/login", headers={"Accept-Language": "hy, de"}).text
    assert SIGN_IN["en"] in asks.get("/login").text


def test_the_choice_is_kept_for_a_year_and_sent_to_no_other_site(app: Flask) -> None:
    cookie = app.test_client().post("/language", data={"language": "ar"}).headers["Set-Cookie"]
    assert f"Max-Age={int(KEPT_FOR.total_seconds())}" in cookie
    assert KEPT_FOR.days == 365
    assert "SameSite=Lax" in cookie and "Path=/" in cookie


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_choosing_leads_to_no_other_site(app: Flask, elsewhere: str) -> None:
    assert choose(app.test_client(), "fr", elsewhere) == "/"


def test_a_language_that_is_not_spoken_is_refused_in_a_sentence_and_nothing_is_kept(app: Flask) -> None:
    client = app.test_client()
    for tag in ("tlh", "", "AR", "fr\0"):
        answer = client.post("/language", data={"language": tag})
        assert answer.status_code == 422 and "Choose one from the menu" in answer.text
        assert "Set-Cookie" not in answer.headers
    client.set_cookie("language", "tlh")
    assert SIGN_IN["en"] in client.get("/login").text


def test_a_refusal_is_said_in_the_language_of_who_is_refused_and_to_programs_in_english(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    nour = sign_in(cedar.nour)
    choose(nour, "fr")
    assert "Reports are for managers" not in nour.get("/sla").text
    missing = nour.get("/orders/00000000-0000-0000-0000-000000000000")
    assert missing.status_code == 404 and "Cette commande n’existe pas." in missing.text
    assert "Introuvable" in nour.get("/no/such/page").text
    program = app.test_client()
    choose(program, "fr")
    said = program.get("/api/v1/orders?restaurant=nowhere&limit=0", headers=cedar.bearer | FRENCH_BROWSER)
    assert said.status_code in (400, 404, 422)
    assert not set("àâçéèêëîïôùûœ’") & set(said.json["detail"])
    assert said.json["title"].isascii()
