"""How an entry of the audit reads: what was changed, from what to what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ordertrack.backoffice.access.key_views import MAY
from ordertrack.backoffice.audit.fields_elsewhere import field_elsewhere
from ordertrack.backoffice.settings import hours_wording, settings_wording
from ordertrack.i18n import formats, labels, moments
from ordertrack.i18n.translate import LANGUAGES, marked, number
from ordertrack.i18n.translate import gettext as _
from ordertrack.manager_alerts.kinds import OFFERED, REPORTS_OFFERED, AlertKind, ReportMail
from ordertrack.messages import kinds, transports
from ordertrack.messages.kinds import Kind
from ordertrack.messages.transports import Way
from ordertrack.restaurants import hours, naming
from ordertrack.restaurants.calendar import Shift
from ordertrack.restaurants.operations import Asked
from ordertrack.rules.roles import Role
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet
from ordertrack.tenants.audit import AuditEntry
from ordertrack.tenants.shared_tablets import tablets

KINDS = {
    "company": marked("Company"),
    "restaurant": marked("Restaurant"),
    "hours": marked("Opening hours"),
    "brand": marked("What guests see"),
    "messages": marked("Messages to guests"),
    "message_provider": marked("Provider of messages"),
    "shifts": marked("Days and shifts"),
    "targets": marked("Targets"),
    "operations": marked("Boards and stations"),
    "pace": marked("Busy or paused"),
    "rules": marked("Rules of the company"),
    "rider": marked("Rider"),
    "person": marked("Person"),
    "tablet": marked("Tablet"),
    "key": marked("API key"),
    "channel": marked("Shop or platform"),
    "webhook": marked("Webhook"),
    "dish": marked("Dish"),
    "menu": marked("Dishes and categories"),
    "log_import": marked("Imported orders"),
}
"""What can have been changed, in the order in which it is offered."""

_FIELDS = {
    "name": marked("Name"),
    "slug": marked("Name in addresses"),
    "timezone": marked("Time zone"),
    "currency": marked("Currency"),
    "languages": marked("Languages"),
    "suspended": marked("Suspended"),
    "exported": marked("Everything was exported, so many entries"),
    "most_restaurants": marked("Restaurants at most"),
    "most_people": marked("People at most"),
    "most_orders_a_day": marked("Orders in 24 hours at most"),
    "most_storage_mb": marked("Megabytes at most"),
    "guests_kept": marked("Guests are known for so many days"),
    "guest_forgotten": marked("A guest was forgotten, in so many orders"),
    "role": marked("Role"),
    "email": marked("E-mail address"),
    "language": marked("Language"),
    "restaurants": marked("Restaurants"),
    "has_access": marked("Access"),
    "alerts": marked("Alerts"),
    "alerts_by_mail": marked("Alerts by e-mail"),
    "is_here": marked("Here"),
    "board": marked("Board"),
    "scopes": marked("What it may do"),
    "expires_at": marked("Ends on"),
    "url": marked("Address"),
    "kinds": marked("What it is told of"),
    "disabled": marked("Disabled"),
    "colour": marked("Colour"),
    "phone": marked("Phone"),
    "address": marked("Address"),
    "logo": marked("Logo"),
    "closed": marked("Closed"),
    "weekly": marked("Hours of the week"),
    "special": marked("Holidays and other exceptions"),
    "valid_from": marked("Holds from"),
    "day_starts": marked("Business day from"),
    "shifts": marked("Shifts"),
    "forgotten_after": marked("Forgotten after"),
    "early_before": marked("Early below"),
    "seconds": marked("Target"),
    "rest_after": marked("A tablet rests after"),
    "recall_within": marked("The kitchen recalls within"),
    "arabic_digits": marked("Guests who read Arabic see ١٢٣"),
    "stations": marked("Stations"),
    "kitchen_takes": marked("The kitchen takes"),
    "road_takes": marked("The road takes"),
    "margin": marked("Orders for later begin sooner by"),
    "confirms_all": marked("The house confirms everything"),
    "confirmed_channels": marked("The house confirms what comes by"),
    "accept_within": marked("To be confirmed within"),
    "accept_then": marked("What nobody confirms in time"),
    "ready_needs_lines": marked("Ready asks about open lines"),
    "busy_over": marked("Busy with more orders than"),
    "busy_minutes": marked("Then quoted later by"),
    "state": marked("State"),
    "minutes": marked("Quoted later by"),
    "until": marked("Until"),
    "rule_set": marked("Rules"),
    "reports_by_person": marked("Reports by person"),
    "offered": marked("On the menu"),
    "orders": marked("Orders"),
    "restaurants_made": marked("Restaurants made"),
    "names": marked("Name"),
    "category": marked("Category"),
    "categories": marked("Categories"),
    "station": marked("Station"),
    "price": marked("Price"),
    "prepare_seconds": marked("Seconds to prepare"),
    "modifiers": marked("Options"),
    "sold_out": marked("Sold out"),
    "order": marked("Order of dishes"),
    "message_kinds": marked("What guests are told"),
    "message_ways": marked("By what"),
    "sender": marked("Name of the sender"),
    "channel": marked("Shop or platform"),
    "names_there": marked("Its restaurants are called there"),
    "paused": marked("Paused"),
    "shop": marked("Address of the shop"),
}
_SAYS_ITSELF = {
    "new_pin": marked("A new PIN"),
    "new_password": marked("A new password"),
    "new_secret": marked("A new text of the key"),
    "new_webhook_secret": marked("A new secret"),
    "password_link_until": marked("A link to set the password"),
    "invited_until": marked("An invitation by link"),
    "phone_changed": marked("Another phone number"),
    "other_secrets": marked("Another password or key"),
    "new_secrets": marked("New secrets"),
}
"""What was done, of which nobody may read from what to what."""

_WORDS: Mapping[tuple[str, str], Callable[[], str]] = {
    **{("role", each.value): partial(labels.role, each) for each in Role},
    ("state", "open"): lambda: _("Open as usual"),
    ("state", "busy"): lambda: _("Busy"),
    ("state", "paused"): lambda: _("Paused: new orders are refused"),
    ("rule_set", RuleSet.STRICT.value): lambda: _("Strict: an order only goes forward"),
    ("rule_set", RuleSet.EXTENDED.value): lambda: _("Extended: an order can also go back, for a reason"),
    ("accept_then", "nothing"): lambda: _(
        "An order that is not confirmed in time raises an alarm, and nothing else"
    ),
    ("accept_then", "confirm"): lambda: _(
        "An order that is not confirmed in time is confirmed automatically"
    ),
    ("accept_then", "cancel"): lambda: _("An order that is not confirmed in time is cancelled automatically"),
}
_SECONDS = (
    *("forgotten_after", "early_before", "seconds", "rest_after", "recall_within", "undo_seconds"),
    *("kitchen_takes", "road_takes", "margin", "accept_within"),
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that is otherwise now; `before` or `after` None where there was, or is, nothing to say."""

    what: str
    before: str | None = None
    after: str | None = None


class Wording:
    """Says entries for a reader: `restaurants` are names by id, `categories` those of the menu by key, times
    are of `zone`."""

    def __init__(
        self,
        restaurants: Mapping[uuid.UUID, str],
        zone: ZoneInfo,
        categories: Mapping[str, str] | None = None,
    ) -> None:
        self._restaurants = restaurants
        self._categories = categories or {}
        self._zone = zone
        self._says: dict[str, Callable[[Any], str]] = {
            **dict.fromkeys(_SECONDS, settings_wording.allowed),
            **dict.fromkeys(("minutes", "busy_minutes"), _minutes),
            **dict.fromkeys(("expires_at", "until"), self._moment),
            "restaurants": self._named,
            "board": lambda board: _(tablets.BOARDS[board]),
            "valid_from": lambda day: settings_wording.date(dt.date.fromisoformat(day)),
            "day_starts": lambda time: formats.clock(dt.time.fromisoformat(time)),
            "shifts": _shifts,
            "stations": _stations,
            "kinds": _told_of,
            "logo": lambda _digest: _("a picture"),
            "scopes": _scopes,
            "category": lambda key: self._categories.get(key, key),
            "alerts": lambda kinds: formats.listed(map(_alert, kinds)),
            "weekly": _weekly,
            "special": _special,
            "message_kinds": _message_kinds,
            "message_ways": _message_ways,
        }

    def subject(self, entry: AuditEntry) -> str:
        """Which one of its kind was changed; nothing where there is only one."""
        if entry.kind == "targets":
            stage, _colon, fulfilment = entry.subject.partition(":")
            whom = naming.whom(Fulfilment(fulfilment) if fulfilment else None)
            return _("%(stage)s, %(whom)s", stage=naming.stage(Stage(stage)), whom=whom)
        if entry.kind == "message_provider":
            return _(entry.label)
        return "" if entry.restaurant_id is not None and entry.subject == "" else entry.label

    def done(self, entry: AuditEntry) -> str:
        """Whether it was made, is gone, or is another than before."""
        if entry.before is None:
            return _("was made")
        return _("was removed") if entry.after is None else _("was changed")

    def changes(self, entry: AuditEntry) -> Iterator[Changed]:
        """A line for each thing that was changed; of what was made, what was said of it."""
        if entry.after is None:
            return
        before, after = _flat(entry.before or {}), _flat(entry.after)
        for name in dict.fromkeys((*before, *after)):
            was, became = before.get(name), after.get(name)
            if name in _IN_SUBJECT:
                continue
            if name in _SAYS_ITSELF:
                yield Changed(_(_SAYS_ITSELF[name]), None, self._end(name, became))
            elif was != became:
                was_said = None if entry.before is None else self._said(entry, name, was)
                yield Changed(self._called(entry, name), was_said, self._said(entry, name, became))

    def _called(self, entry: AuditEntry, name: str) -> str:
        """What was changed; of a provider the label of the field in its form."""
        if entry.kind == "message_provider":
            transport = transports.of(Way(entry.subject))
            labels_of = {each.name: each.label for each in transport.fields} if transport else {}
            return _(labels_of[name]) if name in labels_of else name
        elsewhere = field_elsewhere(entry, name)
        return _(elsewhere.label) if elsewhere else _named(name)

    def _said(self, entry: AuditEntry, name: str, value: Any) -> str:
        """A value as whoever knows the field says it."""
        elsewhere = field_elsewhere(entry, name)
        said = elsewhere.say(value) if elsewhere and elsewhere.say else None
        return self._value(name, value) if said is None else said

    def _end(self, name: str, until: Any) -> str | None:
        if not name.endswith("_until"):
            return None
        return _("until %(moment)s", moment=self._moment(until))

    def _value(self, name: str, value: Any) -> str:
        whole, _dot, part = name.partition(".")
        name = whole if not part or whole in _IN_PARTS else part
        if value is None or value in ("", []):
            return _("no target") if name == "seconds" else "—"
        if isinstance(value, str) and (name, value) in _WORDS:
            return _WORDS[name, value]()
        return self._says.get(name, _plain)(value)

    def _moment(self, value: str) -> str:
        return moments.date_and_clock(dt.datetime.fromisoformat(value), self._zone)

    def _named(self, ids: list[str]) -> str:
        return formats.listed(self._restaurants.get(uuid.UUID(each), each) for each in ids)


_IN_PARTS = ("undo_seconds", "reasons")
_IN_SUBJECT = ("stage", "fulfilment")  # of a target


def _named(name: str) -> str:
    whole, _dot, part = name.partition(".")
    if whole == "undo_seconds":
        return _("Undo of “%(move)s”", move=labels.move(OrderStatus(part)))
    if whole == "reasons":
        return settings_wording.asked_in_words(Asked(part))
    if whole == "names" and part in LANGUAGES:
        return _("Name, %(language)s", language=labels.language(part))
    known = _FIELDS.get(part or whole)
    return _(known) if known is not None else (part or whole).replace("_", " ")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return formats.listed(map(str, value))
    return number(value) if isinstance(value, int | float) else str(value)


def _scopes(saved: list[str]) -> str:
    """What a key may do; one that is known no more by its name."""
    words = {scope.value: _(said) for scope, said in MAY.items()}
    return formats.listed(words.get(each, each) for each in saved)


def _told_of(kinds: list[str]) -> str:
    """What a webhook is told of; what is no status is what is done besides."""
    statuses = {status.value: status for status in OrderStatus}
    return formats.listed(
        labels.status(statuses[each]) if each in statuses else _("Actions") for each in kinds
    )


def _minutes(value: int) -> str:
    return _("%(minutes)s min", minutes=value)


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a thing in parts, each part by itself."""
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{part}": each for part, each in value.items()}
        else:
            flat[name] = value
    return flat


def _shifts(saved: list[dict[str, Any]]) -> str:
    times = ({name: dt.time.fromisoformat(each[name]) for name in ("starts", "ends")} for each in saved)
    shifts = [
        Shift(each["name"], frozenset(each["weekdays"]), **between)
        for each, between in zip(saved, times, strict=True)
    ]
    return settings_wording.shifts_in_words(shifts)


def _weekly(saved: list[dict[str, Any]]) -> str:
    return hours_wording.weekly(hours.read_weekly(saved))


def _special(saved: list[dict[str, Any]]) -> str:
    return hours_wording.special(hours.read_special(saved))


def _message_kinds(saved: list[str]) -> str:
    return formats.listed(_(kinds.NAMES[kind]) for kind in Kind if kind in saved)


def _message_ways(saved: list[str]) -> str:
    names = {each.way.value: _(each.name) for each in transports.known()}
    return formats.listed(names.get(way, way) for way in saved)


def _stations(saved: list[dict[str, Any]]) -> str:
    return formats.listed(f"{each['name']} ({', '.join(each['dishes'])})" for each in saved)


def _alert(name: str) -> str:
    reports = {each.value for each in ReportMail}
    return _(REPORTS_OFFERED[ReportMail(name)] if name in reports else OFFERED[AlertKind(name)])
