"""Reading what a call brings: its body, its query, its idempotency key."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from ordertrack.api.problems import refusal, refusal_of
from ordertrack.api.queries import Query
from ordertrack.web.bodies import LARGEST_BODY
from ordertrack.web.problems import Problem, Refusal

IDEMPOTENCY_KEY = "Idempotency-Key"
IDEMPOTENCY_KEY_FORM = "[!-~]{1,255}"

Read = TypeVar("Read", bound=BaseModel)
Asked = TypeVar("Asked", bound=Query)


def body(model: type[Read], largest: int = LARGEST_BODY) -> Read:
    """The JSON body, of `largest` bytes at most, as `model`; raises Refusal with 400, 413, 415 or 422."""
    if request.mimetype != "application/json":
        raise Refusal(
            Problem(415, "Send the body as JSON, with the header `Content-Type: application/json`.")
        )
    raw = _raw_body(largest)
    _refuse_twice_named(raw)
    try:
        # From the raw bytes, so that what is no text (a lone surrogate, a broken byte) never becomes a str.
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise refusal_of(error, 422) from None


def _raw_body(largest: int) -> bytes:
    request.max_content_length = largest
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raw = None
    # A body that comes in chunks is cut off at the bound without a word; at its end nothing more is there.
    if raw is None or (request.content_length is None and request.environ["wsgi.input"].read(1)):
        raise Refusal(Problem(413, f"The body is too large: send {largest // 1024} KB at most."))
    return raw


class _NamedTwice(Exception):
    pass


def _refuse_twice_named(raw: bytes) -> None:
    """One reader of such a body takes the first value, another the last: nobody knows which was meant."""
    try:
        json.loads(raw, object_pairs_hook=_each_once)
    except _NamedTwice as error:
        problem = f"The body names {str(error)[:100]!r} twice in one object: give each field once."
        raise Refusal(Problem(400, problem)) from None
    except (ValueError, RecursionError):
        return  # no JSON, which its model says


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _NamedTwice(next(name for name in names if names.count(name) > 1))


def query(model: type[Asked]) -> Asked:
    """The query's parameters as `model`; raises Refusal with 400.

    What is empty or given twice is refused: passed over, a filter would answer more than was asked for.
    """
    given = {
        name: values
        for name, values in request.args.lists()
        if values != [""] or name not in model.may_be_empty
    }
    wrong = [(name, problem) for name, values in given.items() if (problem := _problem(values))]
    if wrong:
        raise refusal(wrong, 400)
    try:
        return model.model_validate({name: value for name, (value,) in given.items()})
    except ValidationError as error:
        raise refusal_of(error, 400) from None


def _problem(values: list[str]) -> str | None:
    """What is wrong with a parameter, whatever its meaning."""
    if len(values) > 1:
        return "is given more than once; give it once"
    return None if values[0] else "is empty; give it a value or leave it out"


def idempotency_key() -> str | None:
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is not None and not re.fullmatch(IDEMPOTENCY_KEY_FORM, key):
        raise Refusal(Problem(400, "An Idempotency-Key has 1 to 255 visible ASCII characters and no blanks."))
    return key
