"""What generators of clients make of the document compiles, and places and moves the README's order."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.config import ROOT
from support.cast import House
from support.programs.node import NODE
from support.server import Server

TYPESCRIPT = Path(__file__).parents[1] / "typescript"
PATIENCE = 100.0  # seconds

IN_PYTHON = """
import json, sys
from generated import AuthenticatedClient
from generated.api.default import advance_order, order, order_events, orders, place_order
from generated.models import Fulfilment, ItemRequest, OrderRequest, OrderStatus
from generated.models import ProblemDocument, TransitionRequest

with AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2]) as client:
    wanted = OrderRequest(
        restaurant="hamra", fulfilment=Fulfilment.PICKUP, items=[ItemRequest(name="Kebab", quantity=2)]
    )
    placed = place_order.sync(client=client, body=wanted, idempotency_key="till-4711")
    again = place_order.sync(client=client, body=wanted, idempotency_key="till-4711")
    moved = advance_order.sync(placed.id, client=client, body=TransitionRequest(to=OrderStatus.CONFIRMED))
    refused = advance_order.sync(placed.id, client=client, body=TransitionRequest(to=OrderStatus.COMPLETED))
    assert isinstance(refused, ProblemDocument)
    print(json.dumps({
        "same": again.id == placed.id,
        "status": moved.status,
        "read": order.sync(placed.id, client=client).items[0].name,
        "listed": [each.status for each in orders.sync(client=client, restaurant="hamra").items],
        "told": [each.to for each in order_events.sync(placed.id, client=client).items],
        "refused": [refused.status, refused.type_, refused.allowed],
    }))
"""


@pytest.fixture
def document(app: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(app.test_client().get("/api/v1/openapi.json").text)
    return path


def run(*command: object, folder: Path) -> str:
    # Generators look for what lays out their code beside the interpreter.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
    return done.stdout


def assert_placed_and_moved(said: str, server: Server) -> None:
    told: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    assert told == {
        "same": True,
        "status": "confirmed",
        "read": "Kebab",
        "listed": ["confirmed"],
        "told": ["pending", "confirmed"],
        "refused": [422, f"{server.address}/problems/illegal-move", ["preparing", "cancelled"]],
    }


def test_a_client_in_python(document: Path, server: Server, cedar: House, tmp_path: Path) -> None:
    generate = Path(sys.executable).with_name("openapi-python-client")
    made = tmp_path / "generated"
    run(generate, "generate", "--path", document, "--output-path", made, "--meta", "none", folder=tmp_path)
    assert compileall.compile_dir(made, quiet=1)
    script = tmp_path / "order.py"
    script.write_text(IN_PYTHON)
    said = run(sys.executable, "-W", "error", script, server.address, cedar.key, folder=tmp_path)
    assert_placed_and_moved(said, server)


def test_a_client_in_typescript(document: Path, server: Server, cedar: House, tmp_path: Path) -> None:
    generate = TYPESCRIPT / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    run(*NODE, generate, document, "--output", tmp_path / "schema.d.ts", folder=tmp_path)
    shutil.copy(TYPESCRIPT / "order.mts", tmp_path)
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"]
    run(*NODE, compiler, *options, "schema.d.ts", "order.mts", folder=tmp_path)
    said = run(*NODE, tmp_path / "order.mjs", server.address, cedar.key, folder=tmp_path)
    assert_placed_and_moved(said, server)
