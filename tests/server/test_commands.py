"""Commands beside the real server: what they make and refuse, and that they leave it alone."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ordertrack.database.config import Settings
from support.command_line import run, run_here
from support.server import Server, environment_of, wait_for


def test_a_command_beside_the_server_ends_if_the_server_was_gone_before_it_began(
    settings: Settings, tmp_path: Path
) -> None:
    """By the time that it can look who its parent is, that is somebody else."""
    starts_and_goes = (
        "import os\n"
        "from ordertrack.server.children import Children\n"
        "print(Children().start('beside', 'background').pid, flush=True)\n"
        "os._exit(0)\n"
    )
    gone = subprocess.run(
        [sys.executable, "-c", starts_and_goes],
        env=environment_of(settings, tmp_path),
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    orphan = int(gone.stdout)
    try:
        wait_for(lambda: b"background" not in command_line(orphan), "it to end")
    except AssertionError:
        os.kill(orphan, signal.SIGKILL)
        raise


def test_a_command_looks_for_no_garbage_among_what_it_imports() -> None:
    program = (
        "import gc\n"
        "from ordertrack.commands import cli\n"
        "before = gc.get_stats()[2]['collections']\n"
        "cli(['db', '--help'], standalone_mode=False)\n"
        "import ordertrack.server.application\n"
        "print(gc.get_stats()[2]['collections'] - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("restaurant create X --tenant nobody --slug x --timezone UTC", "no tenant 'nobody'"),
        ("tenant create X --slug NotASlug", "cannot stand in an address"),
        ("key create --tenant nobody --name Till", "no tenant 'nobody'"),
    ],
)
def test_the_command_line_says_what_is_wrong_in_a_sentence(
    settings: Settings, tmp_path: Path, command: str, words: str
) -> None:
    refused = run_here(settings, *command.split(), folder=tmp_path)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_house_is_made_by_commands_and_its_key_works(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    slug = f"bistro-{secrets.token_hex(4)}"
    made = [
        run(settings, *arguments, "--json", folder=tmp_path)
        for arguments in (
            ["tenant", "create", "Bistro", "--slug", slug],
            [
                "restaurant",
                "create",
                "Hamra",
                "--tenant",
                slug,
                "--slug",
                "hamra",
                "--timezone",
                "Asia/Beirut",
            ],
            ["key", "create", "--tenant", slug, "--name", "Till"],
        )
    ]
    assert [finished.returncode for finished in made] == [0, 0, 0], made
    key = json.loads(made[-1].stdout)["key"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    order = {"restaurant": "hamra", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/orders", json.dumps(order), headers)
    assert connection.getresponse().status == 201
    connection.close()


def test_a_command_with_another_secret_leaves_the_running_servers_role_alone(
    settings: Settings, server: Server, tmp_path: Path
) -> None:
    made = run(
        settings,
        "tenant",
        "create",
        "Other",
        "--slug",
        f"other-{secrets.token_hex(4)}",
        folder=tmp_path,
        SECRET_KEY="x",
    )
    assert made.returncode == 0, made.stderr
    with psycopg.connect(
        settings.app_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        assert connection.execute("SELECT true").fetchone() == (True,)
