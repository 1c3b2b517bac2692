"""The document laid out for people: calls in groups, what each takes and answers, and what may go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ordertrack.api.reference.examples import Example, examples_of
from ordertrack.api.reference.fields import Field, Model, fields_of, is_model, kind_of, model_of, parameter
from ordertrack.web.markdown import inline
from ordertrack.web.problem_kinds import KINDS

_ORDER = ("orders", "restaurants", "menu", "events", "stream")  # groups; any other comes after them
_METHODS = ("post", "get", "put", "patch", "delete")


@dataclass(frozen=True)
class Answer:
    status: str
    kind: Markup
    about: Markup


@dataclass(frozen=True)
class Refusal:
    """A status, and by name and title what it may mean."""

    status: str
    kinds: dict[str, str]


@dataclass(frozen=True)
class Call:
    id: str
    method: str
    path: str
    title: str
    about: Markup
    scope: str | None
    parameters: list[Field]
    body: str | None
    body_fields: list[Field]
    answers: list[Answer]
    refusals: list[Refusal]
    examples: list[Example]


@dataclass(frozen=True)
class Page:
    """`refusals` are those that every call may answer; a call has its own besides."""

    groups: dict[str, list[Call]]
    refusals: list[Refusal]
    scopes: Markup
    models: list[Model]


def page_of(document: Mapping[str, Any]) -> Page:
    schemas = document["components"]["schemas"]
    calls = [
        (path, method, call) for path, found in document["paths"].items() for method, call in found.items()
    ]
    with_key = [call for *_, call in calls if call["security"]]
    answered = set.intersection(*(set(call["responses"]) for call in with_key))
    of_all = {status for status in answered if _is_refused(status)}
    calls.sort(key=lambda each: (_rank(each[0]), each[0], _METHODS.index(each[1])))
    groups: dict[str, list[Call]] = {}
    for path, method, call in calls:
        groups.setdefault(_group(path), []).append(_call(path, method, call, schemas, of_all))
    return Page(
        groups,
        [_refusal(status, with_key[0]["responses"][status]) for status in sorted(of_all)],
        inline(document["components"]["securitySchemes"]["key"]["description"]),
        [model_of(name, schemas) for name in sorted(schemas) if is_model(schemas[name])],
    )


def _call(
    path: str, method: str, call: Mapping[str, Any], schemas: Mapping[str, Any], of_all: set[str]
) -> Call:
    scopes = [scope for each in call["security"] for scope in each["key"]]
    body = _body(call)
    return Call(
        call["operationId"],
        method.upper(),
        path,
        call["operationId"].replace("_", " ").capitalize(),
        inline(call["summary"]),
        scopes[0] if scopes else None,
        [parameter(each, schemas) for each in call["parameters"]],
        body,
        fields_of(schemas[body], schemas) if body else [],
        [
            _answer(status, each, schemas)
            for status, each in call["responses"].items()
            if not _is_refused(status)
        ],
        [
            _refusal(status, each)
            for status, each in call["responses"].items()
            if _is_refused(status) and status not in of_all
        ],
        examples_of(path, method, call, schemas),
    )


def _body(call: Mapping[str, Any]) -> str | None:
    """The model of its JSON body, if it has one."""
    schema = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rpartition("/")[2] or None


def _is_refused(status: str) -> bool:
    return status >= "400"


def _answer(status: str, described: Mapping[str, Any], schemas: Mapping[str, Any]) -> Answer:
    kinds = [
        kind_of(content["schema"], schemas)
        if content.get("schema")
        else Markup("<code>{}</code>").format(name)
        for name, content in described.get("content", {}).items()
    ]
    return Answer(status, Markup(" or ").join(kinds), inline(described["description"]))


def _refusal(status: str, described: Mapping[str, Any]) -> Refusal:
    return Refusal(
        status, {kind: KINDS[kind].title for kind in described.get("x-kinds", ()) if kind in KINDS}
    )


def _group(path: str) -> str:
    """The first word after the version."""
    return path.split("/")[3].partition(".")[0]


def _rank(path: str) -> int:
    group = _group(path)
    return _ORDER.index(group) if group in _ORDER else len(_ORDER)
