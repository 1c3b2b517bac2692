"""The page on which managers choose what their guests are told, and see how it reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ordertrack.i18n import names
from ordertrack.i18n.form_fields import Typed, member, whole
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import LANGUAGES, Language, marked, speaking, with_digits
from ordertrack.i18n.translate import gettext as _
from ordertrack.messages import choices, kinds, providers, transports, wording
from ordertrack.messages.choices import LONGEST_SENDER, Choice
from ordertrack.messages.composing import site_of_house
from ordertrack.messages.kinds import Kind
from ordertrack.messages.sms import segments
from ordertrack.messages.sms.segments import Counted
from ordertrack.messages.transports import Way
from ordertrack.messages.wording import Facts
from ordertrack.restaurants import brand, cache, operations
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.versioned import UnusableSettings, refuse
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.tenants import company
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import managing_principal

blueprint = Blueprint("message_choices", __name__)
_SAMPLE_NUMBER = 42
_SAMPLE_TOKEN = "AbC-_0123456789abcdefg"  # noqa: S105 (of no order)
_PLACES = range(1, len(Way) + 1)


class Preview(NamedTuple):
    """How a kind reads in a language, and how many short messages that would be."""

    kind: Kind
    language: Language
    text: str
    counted: Counted


@blueprint.get("/messages/to-guests")
def first() -> ResponseReturnValue:
    """The page of the first restaurant that the asker may see to."""
    places = _restaurants(managing_principal(marked("Settings are for managers and owners.")))
    if not places:
        return redirect(url_for("restaurants.show"), 303)
    return redirect(url_for("message_choices.show", restaurant=places[0].slug), 303)


@blueprint.get("/r/<restaurant>/messages")
def show(restaurant: str) -> ResponseReturnValue:
    """What guests are told, by what, and how it reads in each language."""
    principal, found = _asked(restaurant)
    held = choices.read(principal.tenant_id).get(found.id, Choice())
    return _page(principal, found, held, _typed(held))


@blueprint.post("/r/<restaurant>/messages")
def save(restaurant: str) -> ResponseReturnValue:
    """Form: `kind` (several), `way-1` to `way-4` (a transport, or nothing), `sender`, `seen`."""
    principal, found = _asked(restaurant)
    typed = Typed(request.form)
    try:
        is_changed = _save(principal, found, typed)
    except UnusableSettings as error:
        held = choices.read(principal.tenant_id).get(found.id, Choice())
        return _page(principal, found, held, typed, error.problems), 422
    flash(
        _("Saved. It holds for what happens from now on.")
        if is_changed
        else _("Nothing was changed: these settings hold already."),
        "messages",
    )
    return redirect(url_for("message_choices.show", restaurant=found.slug), 303)


def _restaurants(principal: Principal) -> list[RestaurantSettings]:
    return [each for each in cache.of_tenant(principal.tenant_id) if principal.may_see(each.id)]


def _asked(restaurant: str) -> tuple[Principal, FoundRestaurant]:
    principal = managing_principal(marked("Settings are for managers and owners."))
    return principal, restaurant_or_404(principal, restaurant)


def _save(principal: Principal, found: FoundRestaurant, typed: Typed) -> bool:
    problems = {}
    chosen = [kind for kind in Kind if kind in typed.every("kind")]
    if len(chosen) != len(set(typed.every("kind"))):
        problems["kind"] = _("Choose what is told from the list.")
    said = [typed[f"way-{place}"] for place in _PLACES]
    ways = [member(Way, each) for each in said if each]
    if None in ways:
        problems["ways"] = _("Choose one of the list.")
    if chosen and not ways:
        problems["ways"] = _("Choose by what guests are told.")
    sender = names.tidy(typed["sender"])
    try:
        sender = plain_text(sender, LONGEST_SENDER) if sender else ""
    except UnusableText as error:
        problems["sender"] = _("%(field)s %(problem)s.", field=_("The name"), problem=error)
    refuse(problems)
    return choices.save(
        found.id,
        found.name,
        chosen,
        [way for way in ways if way],
        sender or None,
        by=principal,
        seen=whole(typed["seen"]),
    )


def _typed(held: Choice) -> Typed:
    fields: MultiDict[str, str] = MultiDict({"sender": held.sender or ""})
    fields.setlist("kind", [*held.kinds])
    for place, way in zip(_PLACES, held.ways, strict=False):
        fields[f"way-{place}"] = way.value
    return Typed(fields)


def _page(
    principal: Principal,
    restaurant: FoundRestaurant,
    held: Choice,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
) -> str:
    set_up = providers.of_tenant(principal.tenant_id)
    missing = [way for way in held.ways if way in set_up and not set_up[way].is_set_up]
    return render_template(
        "messages/choice.html",
        principal=principal,
        others=[each for each in _restaurants(principal) if each.id != restaurant.id],
        restaurant=restaurant,
        held=held,
        typed=typed,
        problems=problems or {},
        kinds={kind: (_(kinds.NAMES[kind]), _(kinds.WHEN[kind])) for kind in Kind},
        ways={each.way: _(each.name) for each in transports.known()},
        places=_PLACES,
        missing=missing,
        reaches_nobody=bool(held.kinds) and len(missing) == len(held.ways),
        may_set_up=principal.restaurants is None,
        has_links=site_of_house() is not None,
        previews=previews(principal, restaurant, held),
        longest_sender=LONGEST_SENDER,
    )


def previews(principal: Principal, restaurant: FoundRestaurant, held: Choice) -> list[Preview]:
    """Each kind in each language, as a short message of an order that is promised in 40 minutes."""
    own = brand.of_restaurant(principal.tenant_id, restaurant.id).name
    sender = held.sender or own or restaurant.name
    are_arabic = operations.of_restaurant(principal.tenant_id, restaurant.id).arabic_digits
    now = dt.datetime.now(dt.UTC)
    tags = [with_digits(tag, are_arabic=are_arabic) for tag in company.SPOKEN]
    return [_preview(kind, tag, sender, ZoneInfo(restaurant.timezone), now) for kind in Kind for tag in tags]


def _preview(kind: Kind, tag: str, sender: str, zone: ZoneInfo, now: dt.datetime) -> Preview:
    in_minutes = [now + dt.timedelta(minutes=minutes) for minutes in (30, 40)]
    fulfilment = Fulfilment.PICKUP if kind == Kind.READY else Fulfilment.DELIVERY
    promised_at = in_minutes[1] if kind in (Kind.CONFIRMED, Kind.DELAYED) else None
    between = (in_minutes[0], in_minutes[1]) if kind == Kind.ON_THE_WAY else None
    is_moved = kind == Kind.DELAYED
    facts = Facts(_SAMPLE_NUMBER, fulfilment, zone, promised_at, between, is_moved)
    with speaking(tag):
        text = wording.in_one(sender, wording.worded(kind, facts, now).text)
    site = site_of_house()
    text = segments.plain(f"{text} {site}/track/{_SAMPLE_TOKEN}" if site else text)
    return Preview(kind, LANGUAGES[tag], text, segments.count(text))
