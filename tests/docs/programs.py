"""What pages have somebody type, held against what there is: our commands, units, files, make's targets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import click
import yaml

from ordertrack.commands import cli
from ordertrack.database.config import ROOT

SETTINGS = {"PORT", "HOST", "DATABASE_URL", "SECRET_KEY", "WEB_CONCURRENCY"}
_KEYWORDS = "for in do done while if then else fi cd export set exec sudo test [ true"
_OF_THE_SYSTEM = (
    "apt-get caddy cat chmod chown cp createdb curl diff dropdb grep haproxy head install jq kill ln ls mkdir"
    " mv nginx openssl pg_basebackup pg_ctl pg_dump pg_restore prometheus promtool psql python3 rm rsync scp"
    " sed sleep sort ssh sysctl tail tar tee ulimit useradd watch"
)
OTHERS = {*_KEYWORDS.split(), *_OF_THE_SYSTEM.split()}
"""Programs of others, of which is looked at only what they name of ours."""
_OURS = re.compile(r"(deploy|docs|tests|bench|requirements|static|templates|ordertrack)/[\w.*/-]+")
_SUFFIXES = (".service", ".timer", ".socket")
_VERBS = {
    "systemctl": "cat daemon-reload disable edit enable is-active reload restart show start status stop",
    "docker compose": "up down logs exec build pull ps restart stop start run config",
}


def wrong_with(words: Sequence[str]) -> str | None:
    """Why this cannot be typed, in a sentence; None where it can."""
    program, *rest = words
    if program == "sudo":
        return wrong_with(rest[2:] if rest[0] == "-u" else rest)
    found = missing_file(words)
    if found:
        return found
    name = program.rpartition("/")[2]
    check: Callable[[list[str]], str | None] | None = {
        "ordertrack": wrong_with_ours,
        "make": _make,
        "pip": _pip,
        "systemctl": _systemctl,
        "systemd-analyze": _units,
        "journalctl": _units,
        "docker": _docker,
    }.get(name)
    if check is not None:
        return check(rest)
    return None if name in OTHERS else f"{name} is no program that a page may name, see {__name__}.OTHERS"


def missing_file(words: Sequence[str]) -> str | None:
    """Of what begins like a file of a release or checkout, the first that is not there."""
    for word in words:
        if _OURS.fullmatch(word) and "..." not in word and not any(ROOT.glob(word.rstrip("/"))):
            if word == "deploy/docker/.env":  # made by whoever follows the page
                continue
            return f"there is no {word}"
    return None


def wrong_with_ours(words: Sequence[str], is_whole: bool = True) -> str | None:
    """Of `ordertrack …`: whether command, options and choices exist; if it is whole, that none lacks."""
    command: click.Command = cli
    context = click.Context(cli, info_name="ordertrack")
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name, *rest = rest
        several = [command.get_command(context, each) for each in name.split("|")]
        if None in several:
            return f"there is no command {name!r} in {command.name}"
        command = several[0] or command
    if isinstance(command, click.Group) and is_whole and rest not in (["--help"], ["--version"]):
        return f"{command.name} wants a command"
    context = click.Context(command)
    try:
        said, left, _ = command.make_parser(context).parse_args(rest)
    except click.UsageError as error:
        return error.format_message()
    if left:
        return f"{command.name} takes no {left[0]!r}"
    for parameter in command.params:
        value = said.get(parameter.name or "")
        if value is None:
            is_asked = bool(getattr(parameter, "prompt", None))
            if is_whole and parameter.required and not is_asked:
                return f"{command.name} needs {parameter.human_readable_name}"
        elif isinstance(parameter.type, click.Choice) and isinstance(value, str):
            wrong = [
                each for each in value.split("|") if not each.isupper() and each not in parameter.type.choices
            ]
            if wrong:
                return f"{command.name} knows no {wrong[0]!r}"
    return None


@cache
def variables() -> frozenset[str]:
    """Those of the environment that the source, or what is set up with it, reads."""
    read = [
        *(ROOT / "ordertrack").rglob("*.py"),
        ROOT / "Makefile",
        *(ROOT / "tests" / "support").rglob("*.py"),
    ]
    named = {name for path in read for name in re.findall(r"\bORDERTRACK_[A-Z_]+", path.read_text())}
    return frozenset(named | SETTINGS)


@cache
def _makefile() -> str:
    return (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")


def _make(words: list[str]) -> str | None:
    for word in words:
        name, is_variable, _ = word.partition("=")
        if is_variable and not re.search(
            rf"^(export )?{name} \?=|\$[({{]{name}\b|\b{name}\)", _makefile(), re.M
        ):
            return f"make knows no variable {name}"
        if not is_variable and not re.search(rf"^{re.escape(name)}:", _makefile(), re.M):
            return f"make has no {name}"
    return None


def _pip(words: list[str]) -> str | None:
    from pip._internal.commands import create_command

    try:
        create_command(words[0]).parse_args(words[1:])
    except (KeyError, SystemExit):
        return f"pip cannot be told {' '.join(words)}"
    return None


def _systemctl(words: list[str]) -> str | None:
    verbs = [word for word in words if not word.startswith("-")]
    if verbs and verbs[0] not in _VERBS["systemctl"].split():
        return f"systemctl is asked for {verbs[0]}, which no test knows"
    return _units([word if word.endswith(_SUFFIXES) else f"{word}.service" for word in words])


def _units(words: list[str]) -> str | None:
    """`ordertrack@new.service` is an instance of the unit in `ordertrack@.service`."""
    units = [word for word in words if word.startswith("ordertrack") and word.endswith(_SUFFIXES)]
    missing = [
        unit for unit in units if not (ROOT / "deploy" / "systemd" / re.sub("@.*\\.", "@.", unit)).exists()
    ]
    return f"there is no unit {missing[0]}" if missing else None


def _docker(words: list[str]) -> str | None:
    if words[:1] != ["compose"]:
        return "only docker compose is used"
    if words[1:2] != ["--file"] or missing_file(words[2:3]):
        return "docker compose is told which file by --file"
    verb, *rest = words[3:]
    if verb not in _VERBS["docker compose"].split():
        return f"docker compose is asked for {verb}, which no test knows"
    services = yaml.safe_load((ROOT / words[2]).read_text())["services"]
    named = [word for word in rest if not word.startswith("-")]
    if verb not in ("exec", "run"):
        wrong = [name for name in named if name not in services]
        return f"there is no service {wrong[0]}" if wrong else None
    if named[0] not in services:
        return f"there is no service {named[0]}"
    return wrong_with(rest[rest.index(named[0]) + 1 :])
