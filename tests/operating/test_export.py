"""A company's export is read by `ordertrack import` to the same figures, and holds no secret."""

from __future__ import annotations

import datetime as dt
import json
import tarfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.rollup import extend
from sla.report_window import never_closes
from support.cast import House
from support.command_line import run_here
from support.houses.past_service import write

WAY = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
SECRETS = ("hash", "secret", "sealed", "digest", "tracking_token")


def past_of(house: House, count: int) -> list[PastOrder]:
    """Orders of the last days, each with times of its own: delivered, fetched, cancelled."""
    made, first = [], dt.datetime.now(dt.UTC) - dt.timedelta(days=9)
    for number in range(count):
        fulfilment = list(Fulfilment)[number % 3]
        way = [*WAY, OrderStatus.DELIVERING, OrderStatus.COMPLETED]
        if fulfilment != Fulfilment.DELIVERY:
            way.remove(OrderStatus.DELIVERING)
        if number % 7 == 6:
            way = [OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.CANCELLED]
        placed = first + dt.timedelta(hours=5 * number, microseconds=number)
        steps = tuple(
            PastStep(status, placed + dt.timedelta(seconds=(97 + 13 * number) * place), house.program, {})
            for place, status in enumerate(way)
        )
        items = (NewItem("Kebab; extra hot", 2), NewItem("فتّوش", 1))
        order = NewOrder(house.restaurants[number % 2], fulfilment, items)
        made.append(PastOrder(order, steps, f"past:{number}"))
    return made


def figures(app: Flask, house: House) -> Any:
    """What reports say of the last four weeks."""
    with tenant_context(app, house.tenant_id):
        extend.rebuild(house.tenant_id)
    answer = app.test_client().get("/api/v1/reports/times?range=28", headers=house.bearer)
    assert answer.status_code == 200
    said = dict(answer.json or {})
    said.pop("as_of")
    # A log has ids and numbers of its own.
    said["slowest"] = [{**each, "id": None, "number": None} for each in said["slowest"]]
    return said


@pytest.fixture
def archive(
    app: Flask, operator_app: Flask, settings: Settings, cedar: House, tmp_path: Path
) -> tuple[House, Path]:
    """Cedar with a past, exported and unpacked."""
    never_closes(app, cedar)
    write(operator_app, cedar, past_of(cedar, 40))
    file = tmp_path / "cedar.tar.gz"
    finished = run_here(settings, "tenant", "export", cedar.slug, str(file), "--json")
    assert finished.returncode == 0, finished.stderr
    rows = json.loads(finished.stdout)["rows"]
    assert (rows["orders.csv"], rows["orders.jsonl"]) == (40, 40)
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as packed:
        packed.extractall(tmp_path, filter="data")
    return cedar, tmp_path / cedar.slug


def test_exported_orders_that_are_imported_elsewhere_give_the_same_report(
    app: Flask,
    settings: Settings,
    make_house: Callable[..., House],
    archive: tuple[House, Path],
) -> None:
    cedar, folder = archive
    loft = never_closes(app, make_house("Loft", ("hamra", "jounieh")))
    written = run_here(
        settings, "import", str(folder / "orders.csv"), "--tenant", loft.slug, "--yes", "--json"
    )
    assert written.returncode == 0, written.stdout + written.stderr
    assert json.loads(written.stdout)["written"]["orders"] == 40
    before, after = figures(app, cedar), figures(app, loft)
    assert before["slowest"] and before == after


def test_no_file_of_an_export_holds_what_opens_something(
    app: Flask, settings: Settings, archive: tuple[House, Path]
) -> None:
    cedar, folder = archive
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"orders.csv", "entries.csv", "menu.json", "staff_members.jsonl"}
    for path in files:
        said = path.read_text()
        assert cedar.key not in said and "argon2" not in said, path
        if path.suffix == ".jsonl":
            names = {name for line in said.splitlines() for name in json.loads(line)}
            assert not [name for name in names if any(each in name for each in SECRETS)], path
    people = [json.loads(line) for line in (folder / "people/staff_members.jsonl").read_text().splitlines()]
    assert {each["name"] for each in people} == {"Nour", "Karim", "Maya"}


def test_an_export_has_guests_as_long_as_they_are_kept_and_nothing_of_another_company(
    app: Flask,
    settings: Settings,
    cedar: House,
    rival: House,
    place: Callable[..., uuid.UUID],
    tmp_path: Path,
) -> None:
    customer = {"name": "Rana", "phone": "+961 3 555 127"}
    with tenant_context(app, cedar.tenant_id):
        order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 1),), customer=customer)
        order_id, _ = intake.place(order, by=cedar.program)
    place(rival)
    file = tmp_path / "x.tar.gz"
    for _again in range(2):
        finished = run_here(settings, "tenant", "export", cedar.slug, str(file))
    assert finished.returncode == 1 and "is there already" in finished.stderr
    with tarfile.open(file) as packed:
        members = {name: packed.extractfile(name) for name in packed.getnames()}
        said = {name: member.read().decode() for name, member in members.items() if member}
    (whole,) = (json.loads(line) for line in said[f"{cedar.slug}/orders.jsonl"].splitlines())
    assert (whole["id"], whole["customer"]) == (str(order_id), customer)
    assert all(str(rival.tenant_id) not in each for each in said.values())
