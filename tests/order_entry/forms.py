"""The form as a browser has it: its fields with what stands in them."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import Order
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from support.cast import TIMEZONE, House

PAGE = "/r/hamra/new"
Fields = dict[str, list[str]]


class _Fields(HTMLParser):
    """What a browser without scripts would send, but for the buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Fields = {}
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        name = said.get("name", "")
        if tag == "input" and name and (said.get("type") not in ("radio", "checkbox") or "checked" in said):
            self.found.setdefault(name, []).append(said.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self.found.setdefault(name, []).append("")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.found or "selected" in said):
            self.found[self._select] = [said["value"]]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area][-1] += data.removeprefix("\n")


def fields_of(page: str) -> Fields:
    form = page.partition('<form id="entry"')[2].partition("</form>")[0]
    reader = _Fields()
    reader.feed(form)
    return reader.found


def opened(client: FlaskClient, path: str = PAGE, **typed: Any) -> Fields:
    """The fields of a page that was opened, with what was typed into them: `line_0_sku` is `line-0-sku`."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return fields_of(answer.text) | written(**typed)


def written(**typed: Any) -> Fields:
    names = {name: name.replace("_", "-") if name.startswith(("line_", "quote_")) else name for name in typed}
    return {names[name]: value if isinstance(value, list) else [str(value)] for name, value in typed.items()}


def send(client: FlaskClient, fields: Fields, path: str = PAGE, **headers: str) -> Any:
    return client.post(path, data=fields | {"do": ["send"]}, headers=headers)


def orders_of(app: Flask, house: House) -> int:
    with tenant_context(app, house.tenant_id):
        return int(db.session.scalar(select(func.count()).where(Order.tenant_id == house.tenant_id)) or 0)


def taken(app: Flask, house: House, answer: Any) -> OrderRecord:
    """The order that an answer leads to."""
    assert answer.status_code == 303, answer.text
    with tenant_context(app, house.tenant_id):
        order = records.find(house.tenant_id, answer.location.rpartition("/")[2])
    assert order is not None
    return order


def in_hours(hours: float) -> str:
    """As the field for later has it, in Beirut."""
    at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
    return f"{at.astimezone(_BEIRUT):%Y-%m-%dT%H:%M}"


_BEIRUT = TIMEZONE
