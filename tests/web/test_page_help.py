"""Each page of the back office says in two sentences what it is for, in the language of its reader."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.i18n.translate import COOKIE, LANGUAGES, speaking
from ordertrack.web.page_help import SENTENCES, page_help
from support.cast import House, Person

PAGES = {
    "overview": "/",
    "boards": "/boards",
    "orders": "/orders",
    "reports": "/sla?range=7",
    "forecast": "/sla/forecast",
    "screens": "/screens",
    "people": "/people",
    "tablets": "/tablets",
    "account": "/account",
    "alerts": "/account/alerts",
    "restaurants": "/restaurants",
    "keys": "/keys",
    "channels": "/channels",
    "webhooks": "/webhooks",
    "audit": "/audit",
    "import": "/import",
    "menu": "/menu",
    "targets": "/sla/settings/hamra",
    "operations": "/r/hamra/settings",
    "brand": "/r/hamra/brand",
    "messages": "/r/hamra/messages",
    "message_providers": "/messages",
    "sent_messages": "/r/hamra/messages/sent",
    "rules": "/rules",
    "guest_data": "/guests",
    "pace": "/r/hamra/pace",
    "riders": "/r/hamra/riders",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_says_what_it_is_for_in_its_readers_language(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], language: str
) -> None:
    client = sign_in(cedar.maya)
    client.set_cookie(COOKIE, language)
    for name, path in PAGES.items():
        page = client.get(path).text
        said = re.findall(r'<div id="help" class="help" popover>(.*?)</div>', page, re.DOTALL)
        with app.test_request_context(), speaking(language):
            expected = page_help(name)
        (panel,) = map(html.unescape, said)
        assert panel.startswith("".join(f"<p>{each}</p>" for each in expected)), path
        assert 'href="/help"' in panel, path
        assert page.count('popovertarget="help"') == 1, path


def test_what_a_page_is_for_is_said_in_two_sentences(app: Flask) -> None:
    for name, sentences in SENTENCES.items():
        with app.test_request_context():
            assert page_help(name) == list(sentences)
        assert len(sentences) == 2 and all(each.endswith(".") for each in sentences), name
