"""What a JSON schema says of a value, in words: its kind, its bounds, and links to what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ordertrack.web.markdown import inline

Schema = Mapping[str, Any]

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS = {"date-time": "date and time with zone", "date": "date", "uuid": "UUID", "uri": "address"}
_BOUNDS = (  # from, to, of what
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " of them"),
    ("minimum", "maximum", ""),
)


@dataclass(frozen=True)
class Field:
    """One value that goes in or comes out; `place` is where a parameter stands."""

    name: str
    kind: Markup
    is_required: bool
    about: Markup
    place: str = ""


@dataclass(frozen=True)
class Model:
    """An object of the document, by the name that links have."""

    name: str
    about: Markup
    fields: list[Field]


def model_of(name: str, schemas: Mapping[str, Schema]) -> Model:
    return Model(name, inline(_line(schemas[name].get("description", ""))), fields_of(schemas[name], schemas))


def fields_of(schema: Schema, schemas: Mapping[str, Schema]) -> list[Field]:
    """The fields of an object, those first that have to be there."""
    required = schema.get("required", ())
    found = [
        Field(name, kind_of(each, schemas), name in required, _about(each))
        for name, each in schema.get("properties", {}).items()
    ]
    return sorted(found, key=lambda field: not field.is_required)


def parameter(described: Schema, schemas: Mapping[str, Schema]) -> Field:
    schema = described["schema"]
    kind, is_required = kind_of(schema, schemas), described.get("required", False)
    return Field(described["name"], kind, is_required, _about(schema), described["in"])


def is_model(schema: Schema) -> bool:
    """Whether it is an object with fields of its own, and no list of words or anything else."""
    return bool(schema.get("properties"))


def kind_of(schema: Schema, schemas: Mapping[str, Schema]) -> Markup:
    """As `text (1–100 characters) or null`."""
    if reference := schema.get("$ref"):
        return _referred(reference.rpartition("/")[2], schemas)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return Markup(" or ").join(kind_of(each, schemas) for each in schema[choice])
    if "const" in schema:
        return _words([schema["const"]])
    if "enum" in schema:
        return _words(schema["enum"])
    if schema.get("type") == "array":
        return Markup("list{} of {}").format(_bounds(schema), kind_of(schema.get("items", {}), schemas))
    kind = _FORMATS.get(schema.get("format", "")) or _KINDS.get(schema.get("type", ""), "anything")
    return Markup("{}{}").format(kind, _bounds(schema))


def _referred(name: str, schemas: Mapping[str, Schema]) -> Markup:
    if is_model(schemas[name]):
        return Markup('<a href="#{0}">{0}</a>').format(name)
    return kind_of(schemas[name], schemas)


def _words(values: Iterable[object]) -> Markup:
    return Markup(" or ").join(Markup("<code>{}</code>").format(value) for value in values)


def _bounds(schema: Schema) -> Markup:
    said = [
        f"{_range(schema.get(low), schema.get(high))}{what}"
        for low, high, what in _BOUNDS
        if low in schema or high in schema
    ]
    made = Markup(", ").join(said)
    if "pattern" in schema:
        made += Markup("{}<code>{}</code>").format(", " if made else "", schema["pattern"])
    return Markup(" ({})").format(made) if made else Markup()


def _range(low: object, high: object) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low}–{high}"


def _about(schema: Schema) -> Markup:
    said = inline(_line(schema.get("description", "")))
    if "default" in schema:
        said += Markup("{}Left out: <code>{}</code>.").format(" " if said else "", schema["default"])
    return said


def _line(text: str) -> str:
    return " ".join(text.split())
