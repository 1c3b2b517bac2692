"""Suggested targets as the page says them, and taking one over into its form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from flask import url_for

from ordertrack.backoffice.settings import settings_wording
from ordertrack.i18n import formats
from ordertrack.i18n.form_fields import member, minutes
from ordertrack.i18n.translate import number
from ordertrack.restaurants import naming
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.estimates.suggested_targets import SuggestedTarget

_FIELDS: dict[str, Callable[[str], object]] = {
    "stage": partial(member, Stage),
    "fulfilment": partial(member, Fulfilment),
    "minutes": minutes,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """So long (as words), and the address that takes it over."""

    said: str
    address: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Of one stage and fulfilment (`is_general`: of every order), from so many orders."""

    stage: str
    whom: str
    orders: str
    tight: Choice
    loose: Choice
    is_general: bool


def said(suggested: Iterable[SuggestedTarget], slug: str) -> list[Suggestion]:
    return [
        Suggestion(
            naming.stage(each.stage),
            naming.whom(each.fulfilment),
            number(each.count),
            _choice(each, each.tight, slug),
            _choice(each, each.loose, slug),
            each.fulfilment is None,
        )
        for each in suggested
    ]


def _choice(suggested: SuggestedTarget, seconds: int, slug: str) -> Choice:
    address = url_for(
        "sla_settings.show",
        restaurant=slug,
        _anchor="new-target",
        stage=suggested.stage,
        fulfilment=suggested.fulfilment,
        minutes=formats.typed(seconds / 60),
    )
    return Choice(settings_wording.allowed(seconds), address)


def taken_over(args: Mapping[str, str]) -> dict[str, str]:
    """What an address says for the fields of a target, without what none of them could hold."""
    return {
        name: args[name] for name, read in _FIELDS.items() if name in args and read(args[name]) is not None
    }
