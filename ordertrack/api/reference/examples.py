"""A call of the document as somebody would make it: with curl, and in Python as it comes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any
from urllib.parse import urlencode

_ID = re.compile(r"\{(\w+)_id\}")
_NAMED = re.compile(r"\{(\w+)\}")
_STREAM = "text/event-stream"
_WIDTH = 76  # characters of a line of a body


@dataclass(frozen=True)
class Example:
    """One call, with what the document has as examples of its parameters and its body."""

    method: str
    path: str
    has_key: bool = True
    is_stream: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def curl(self) -> str:
        lines = [f'curl "$SITE{_ID.sub(lambda found: "$" + found[1].upper(), self.path)}"']
        if self.is_stream:
            lines[0] = lines[0].replace("curl", "curl -N", 1)
        if self.method != ("GET" if self.body is None else "POST"):
            lines[0] += f" -X {self.method}"
        if self.has_key:
            lines.append('  -H "Authorization: Bearer $KEY"')
        lines += [f"  -H '{name}: {value}'" for name, value in self.headers.items()]
        if self.body is not None:
            body = laid_out(self.body, _as_json).replace("'", "'\\''")
            lines.append(f"  -d '{body}'")
        return " \\\n".join(lines)

    @property
    def python(self) -> str:
        return "\n".join(self._python())

    def _python(self) -> Iterator[str]:
        yield from (["import json"] if not self.is_stream else [])
        yield from ("import os", "from urllib.request import Request, urlopen", "")
        yield 'site = os.environ["SITE"]'
        for name in _ID.findall(self.path):
            yield f'{name} = os.environ["{name.upper()}"]'
        path = _ID.sub(r"{\1}", self.path)
        arguments = [f'f"{{site}}{path}"']
        if self.method != "GET":
            arguments.append(f'method="{self.method}"')
        if self.has_key or self.headers:
            yield "headers = {"
            if self.has_key:
                yield '    "Authorization": "Bearer " + os.environ["KEY"],'
            yield from (f'    "{name}": "{value}",' for name, value in self.headers.items())
            yield "}"
            arguments.append("headers=headers")
        if self.body is not None:
            yield f"body = {laid_out(self.body, _as_python)}"
            arguments.append("data=json.dumps(body).encode()")
        is_long = self.body is not None
        said = "\n{}\n".format(indent(",\n".join(arguments), "    ")) if is_long else ", ".join(arguments)
        yield f"request = Request({said})"
        if self.is_stream:
            yield "with urlopen(request, timeout=60) as answer:"
            yield '    for line in answer:\n        print(line.decode(), end="", flush=True)'
        else:
            yield "with urlopen(request) as answer:\n    print(json.load(answer))"


def examples_of(path: str, method: str, call: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[Example]:
    """One for each example of the body, and one for a call that brings none.

    An id in the path becomes a variable: nobody else's order can be named.
    """
    bodies = _bodies(call, schemas)
    return [
        Example(
            method.upper(),
            _address(path, call),
            bool(call["security"]),
            any(_STREAM in answer.get("content", {}) for answer in call["responses"].values()),
            _headers(call, number, body),
            body,
        )
        for number, body in enumerate(bodies)
    ]


def _bodies(call: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[Any]:
    if "requestBody" not in call:
        return [None]
    (content,) = call["requestBody"]["content"].values()
    schema = content["schema"]
    schema = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    return list(schema.get("examples", ()))


def _address(path: str, call: Mapping[str, Any]) -> str:
    given = {
        (each["in"], each["name"]): each["schema"]["examples"][0]
        for each in call["parameters"]
        if each["schema"].get("examples")
    }
    named = _NAMED.sub(lambda found: str(given.get(("path", found[1]), found[0])), path)
    query = urlencode({name: value for (place, name), value in given.items() if place == "query"})
    return f"{named}?{query}" if query else named


def _headers(call: Mapping[str, Any], number: int, body: Any) -> dict[str, str]:
    headers = {} if body is None else {"Content-Type": "application/json"}
    for each in call["parameters"]:
        if each["in"] == "header" and (values := each["schema"].get("examples")):
            headers[each["name"]] = values[number % len(values)]
    return headers


def laid_out(value: Any, scalar: Callable[[Any], str]) -> str:
    """The value as it is written where `scalar` writes what is no list or object: in one line if it fits."""
    match value:
        case dict():
            parts, ends = [f"{scalar(name)}: {laid_out(each, scalar)}" for name, each in value.items()], "{}"
        case list():
            parts, ends = [laid_out(each, scalar) for each in value], "[]"
        case _:
            return scalar(value)
    line = ", ".join(parts)
    if "\n" in line or len(line) > _WIDTH:
        line = "\n{}\n".format(indent(",\n".join(parts), "    "))
    return f"{ends[0]}{line}{ends[1]}"


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _as_python(value: Any) -> str:
    return _as_json(value) if isinstance(value, str) else repr(value)
