"""Topics that are told in one language each: what is rendered once a language, never once a person."""

from __future__ import annotations

import uuid

from ordertrack.i18n.translate import TAGS


def key_of(thing: uuid.UUID, language: str) -> str:
    """The key of the topic that tells of a thing (a restaurant, an order) in this language."""
    return f"{thing}:{language}"


def keys_of(thing: uuid.UUID) -> tuple[str, ...]:
    """Its keys in all languages: what nobody watches is not rendered."""
    return tuple(key_of(thing, language) for language in TAGS)


def confined_key(key: str, slugs: frozenset[str] | None) -> str:
    """The key of what is told of these restaurants alone; of all of a tenant's for None."""
    return key if slugs is None else f"{key}/{','.join(sorted(slugs))}"


def parse_confined(key: str) -> tuple[str, frozenset[str] | None]:
    """The key of all of them, and the restaurants that it is confined to."""
    shared, slash, slugs = key.partition("/")
    return shared, frozenset(slugs.split(",")) if slash else None


def parse_key(key: str) -> tuple[uuid.UUID, str]:
    """The thing and the language of a key."""
    thing, _, language = key.partition(":")
    return uuid.UUID(thing), language
