"""Menus as files: read from CSV or JSON with each problem at its line, and written as either."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from ordertrack.i18n.translate import gettext as _
from ordertrack.menu import csv_menu
from ordertrack.menu.checks import Place, Problem, problems_of, tidied
from ordertrack.menu.csv_menu import Facts, ReadMenu
from ordertrack.menu.csv_table import FileProblem, UnusableFile, decoded, table_of
from ordertrack.menu.differences import Difference
from ordertrack.menu.dishes import Menu
from ordertrack.menu.document import MenuRequest, document_of
from ordertrack.menu.editing import replaced

MOST_TOLD = 50  # problems: a file can be wrong in thousands of places


def difference_of(content: bytes, before: Menu, facts: Facts) -> Difference:
    """What would come of importing a file; raises UnusableFile."""
    text = decoded(content)
    found = _of_json(text, before, facts) if text.lstrip()[:1] == "{" else _of_csv(text, before, facts)
    wanted = replaced(before, found.menu)
    problems = list(problems_of(wanted)) or list(problems_of(tidied(wanted)))
    said = [*found.problems, *(_at(problem, found, facts) for problem in problems)]
    if said:
        raise UnusableFile(sorted(said, key=lambda each: each.line or 0))
    return Difference(before, tidied(wanted))


def json_of(menu: Menu, facts: Facts) -> bytes:
    """The menu as a document, as the API has it."""
    return json.dumps(document_of(menu, facts.currency), ensure_ascii=False, indent=1).encode()


def csv_of(menu: Menu, facts: Facts) -> bytes:
    """The menu as a table."""
    return csv_menu.csv_of(menu, facts)


def _of_csv(text: str, before: Menu, facts: Facts) -> ReadMenu:
    return csv_menu.read(table_of(text), before, facts)


def _of_json(text: str, before: Menu, facts: Facts) -> ReadMenu:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        said = _("is no JSON: %(reason)s, at character %(at)s", reason=error.msg, at=error.colno)
        raise UnusableFile([FileProblem(said, error.lineno)]) from None
    except RecursionError:
        raise UnusableFile([FileProblem(_("This file is not a menu."))]) from None
    try:
        wanted = MenuRequest.model_validate(document)
    except ValidationError as error:
        raise UnusableFile(list(_of_model(error))) from None
    if wanted.currency not in (None, facts.currency):
        said = _("must be %(code)s, the company's", code=facts.currency)
        raise UnusableFile([FileProblem(said, column="currency")])
    return ReadMenu(wanted.to_menu(before), {})


def _of_model(error: ValidationError) -> Iterator[FileProblem]:
    """What pydantic says is English, as the fields are that it speaks of."""
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        yield FileProblem(f"{found['msg'][:1].lower()}{found['msg'][1:]}", column=_path(found["loc"]))


def _at(problem: Problem, found: ReadMenu, facts: Facts) -> FileProblem:
    """The problem, where it stands in the file."""
    place = problem.place
    for length in range(len(place), 0, -1):
        if place[:length] in found.lines:
            return FileProblem(problem.said, found.lines[place[:length]], _title(place[length:], facts))
    return FileProblem(problem.said, column=_path(place))


def _title(rest: Place, facts: Facts) -> str | None:
    match rest:
        case ("names",):
            return f"name_{facts.languages[0]}"
        case ("names", language):
            return f"name_{language}"
        case ("key",):
            return "sku"
        case (title, *_rest):
            return str(title)
    return None


def _path(place: Sequence[str | int]) -> str:
    return ".".join(map(str, place))[:100]


class Told(NamedTuple):
    """The first problems of a file, and how many more there are."""

    problems: Sequence[FileProblem]
    more: int


def told(error: UnusableFile) -> Told:
    """What is said of a file that cannot be used."""
    return Told(error.problems[:MOST_TOLD], max(0, len(error.problems) - MOST_TOLD))
