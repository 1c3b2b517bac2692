"""What pages say can be typed, named or opened is there: commands, options, variables, files, figures."""

from __future__ import annotations

import re
import shlex
import subprocess
from functools import cache
from pathlib import Path

import pytest

from docs import programs
from docs.reading import PAGES, Page, commands, read
from ordertrack.database.config import ROOT, Settings

page_of = cache(read)
pages = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
_METRIC = re.compile(r"ordertrack_[a-z_]+")
_NO_METRICS = {"ordertrack_app"}  # a role of the database


def anchors(path: Path) -> set[str]:
    """What links to a page may have behind a #: its headings, as they are shown on the web."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pages
def test_every_command_can_be_typed(path: Path) -> None:
    wrong = []
    for block in page_of(path).blocks:
        if block.kind == "unit":
            for started in re.findall(r"^Exec\w+=(.+)$", block.text, re.MULTILINE):
                wrong += [(started, said) for said in [programs.wrong_with(shlex.split(started))] if said]
        if block.kind != "shell":
            continue
        checked = subprocess.run(
            ["bash", "-n"], input=block.text, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        for command in commands(block.text):
            wrong += [(command.words, said) for said in [programs.wrong_with(command.words)] if said]
            unknown = {
                each for each in command.assigned if each.startswith("ORDERTRACK_")
            } - programs.variables()
            wrong += [(command.words, f"nothing reads {each}") for each in unknown]
    assert wrong == []


@pages
def test_every_command_that_is_mentioned_exists_with_its_options(path: Path) -> None:
    wrong = []
    for span in page_of(path).spans:
        words = re.sub(r"[\[\]…]|\.\.\.", " ", span).split()
        if words[:1] == ["ordertrack"]:
            said = programs.wrong_with_ours([word.strip("'\"") for word in words[1:]], is_whole=False)
        elif words[:1] in (["make"], ["systemctl"]) and len(words) > 1:
            said = programs.wrong_with(words)
        else:
            said = programs.missing_file(words) if len(words) == 1 and "<" not in span else None
        wrong += [(span, said)] if said else []
    assert wrong == []


@pages
def test_every_variable_is_read_by_something(path: Path) -> None:
    named = set(re.findall(r"\bORDERTRACK_[A-Z_]*[A-Z]", page_of(path).text))
    assert named - programs.variables() == set()
    for block in page_of(path).blocks:
        if block.kind == "environment":
            said = dict(re.findall(r"^([A-Z_]+)='?([^'\n]*)", block.text, re.MULTILINE))
            assert set(said) <= programs.variables()
            Settings.from_environment({"SECRET_KEY": "x", **said})


@pages
def test_every_figure_that_is_named_is_one_of_the_metrics(path: Path) -> None:
    source = "\n".join(each.read_text() for each in (ROOT / "ordertrack").rglob("*.py"))
    named = set(_METRIC.findall(page_of(path).text)) - _NO_METRICS
    ends = re.compile(r"_(total|bucket|count|sum)$")
    assert {each for each in named if each not in source and ends.sub("", each) not in source} == set()


@pages
def test_every_link_leads_somewhere(path: Path) -> None:
    wrong = []
    for link in page_of(path).links:
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:|/", link):  # elsewhere, or a page of the server
            continue
        there = (path.parent / target).resolve() if target else path
        is_there = there.exists() and (not anchor or there.suffix != ".md" or anchor in anchors(there))
        wrong += [] if is_there else [link]
    assert wrong == []


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("ordertrack bakcup /srv/backups", "no command 'bakcup'"),
        ("ordertrack backup --to /srv/backups", "No such option"),
        ("ordertrack tenant create Cedar", "needs slug"),
        ("ordertrack db check now", "takes no 'now'"),
        ("ordertrack tenant invite --language de", "knows no 'de'"),
        ("make rnu", "no rnu"),
        ("make bench-many RESTAURANT=3", "no variable RESTAURANT"),
        ("/opt/ordertrack/bin/pip install --requir-hashes x", "pip cannot"),
        (
            "systemctl enable --now ordertrack@0.1.0.service ordertrack-docter.timer",
            "no unit ordertrack-docter.timer",
        ),
        ("systemctl restart ordertrack", "no unit ordertrack.service"),
        ("cp deploy/systemd/ordertrack.servic /etc", "no deploy/systemd/ordertrack.servic"),
        ("docker compose --file deploy/docker/compose.yaml exec web ordertrack doctor", "no service web"),
        ("docker compose --file deploy/docker/compose.yaml exec app ordertrack doctr", "no command 'doctr'"),
        ("KEY=$(ordertrack key craete --tenant cedar)", "no command 'craete'"),
        ("true && sudo -u ordertrack frobnicate", "frobnicate is no program"),
    ],
)
def test_what_is_not_there_is_found(typed: str, reason: str) -> None:
    said = [each for command in commands(typed) if (each := programs.wrong_with(command.words))]
    assert len(said) == 1
    assert reason in said[0]


def test_every_operators_page_has_commands() -> None:
    """A page that is read as having none would be held to nothing."""
    for name in ("README.md", "INSTALL.md", "OPERATE.md"):
        page: Page = page_of(next(path for path in PAGES if path.name == name))
        assert sum(block.kind == "shell" for block in page.blocks) > 2
