"""The fields of a channel's own settings: what each takes, and reading them from the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _


class Kind(StrEnum):
    """What a field takes: a line of text, an https address, one or several of its choices, or a secret.

    What is secret is sealed, never shown again, and stays as it is where the field is left empty.
    """

    TEXT = "text"
    ADDRESS = "address"
    CHOICE = "choice"
    TICKS = "ticks"
    SECRET = "secret"  # noqa: S105 (a kind of field)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `label`, `hint` and the words of `choices` are marked. `default` of ticks: with commas.

    What `is_rare` stands behind “More”. A secret that `is_made` is made here where nobody types one, and
    shown until the peer has called with it.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str | None = None
    is_required: bool = True
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    longest: int = 200
    is_rare: bool = False
    is_made: bool = False

    @property
    def first(self) -> str | list[str]:
        """What it holds where nobody has said anything."""
        if self.kind == Kind.TICKS:
            return [each for each in self.default.split(",") if each]
        return self.default


@dataclass(frozen=True, slots=True)
class ReadFields:
    """What was typed: settings, secrets that are new, and what is wrong, each by the field's name."""

    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    problems: dict[str, str] = field(default_factory=dict)


def read(fields: Iterable[Field], typed: Typed, kept: Iterable[str]) -> ReadFields:
    """The fields as they were typed; secrets of which one is `kept` already may be left empty."""
    done = ReadFields()
    known = set(kept)
    for each in fields:
        try:
            if each.kind == Kind.TICKS:
                done.settings[each.name] = _ticked(each, typed.every(each.name))
                continue
            value = _checked(each, typed[each.name])
        except UnusableText as error:
            done.problems[each.name] = _("The text %(problem)s.", problem=error)
            continue
        except _Wrong as error:
            done.problems[each.name] = str(error)
            continue
        if each.kind != Kind.SECRET:
            done.settings[each.name] = value
        elif value:
            done.secrets[each.name] = value
        is_had = each.is_made or (each.kind == Kind.SECRET and each.name in known)
        if not value and each.is_required and not is_had:
            done.problems[each.name] = _("Fill this in.")
    return done


_NAME_ALONE = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/|$)")
"""With which an address begins where nobody has typed https:// before it."""


class _Wrong(ValueError):
    """What is wrong with a value, as a sentence."""


def _checked(wanted: Field, text: str) -> str:
    if not text:
        return ""
    value = plain_text(text, wanted.longest)
    if wanted.kind == Kind.CHOICE and value not in wanted.choices:
        raise _Wrong(_("Choose one."))
    if wanted.kind == Kind.ADDRESS:
        return plain_text(_address(value), wanted.longest)
    return value


def _address(text: str) -> str:
    """Without a slash at its end; a name alone is one under https.

    http is refused where it is said to whom it is called.
    """
    if _NAME_ALONE.match(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in text:
        raise _Wrong(_("Give the address of the shop's first page, like https://shop.example.com."))
    return text.rstrip("/")


def _ticked(wanted: Field, values: list[str]) -> list[str]:
    if unknown := set(values) - wanted.choices.keys():
        raise _Wrong(_("Choose what is offered, not “%(value)s”.", value=sorted(unknown)[0][:40]))
    chosen = [each for each in wanted.choices if each in values]
    if not chosen and wanted.is_required:
        raise _Wrong(_("Choose one at least."))
    return chosen
