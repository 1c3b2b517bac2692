"""The fields that say how a restaurant shows itself to guests, and how what was saved of it reads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from werkzeug.datastructures import MultiDict

from ordertrack.i18n import names
from ordertrack.i18n.form_fields import Typed, western
from ordertrack.i18n.formats import code
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.versioned import SavedVersion


def typed(held: Brand) -> Typed:
    """The address one line a line."""
    fields = {"colour": held.colour, "name": held.name or "", "phone": held.phone or ""}
    return Typed(MultiDict(fields | {"address": "\n".join(held.address)}))


def read(form: Typed, restaurant_id: uuid.UUID) -> Brand:
    """What was typed; whether it can be used is checked by who saves it."""
    lines = (line.strip() for line in form["address"].splitlines())
    return Brand(
        restaurant_id,
        form["colour"].strip().lower(),
        names.tidy(form["name"]) or None,
        western(form["phone"]).strip() or None,
        tuple(line for line in lines if line),
    )


def changes(saved: SavedVersion[Brand]) -> Iterator[str]:
    """A line for each thing that was changed, the first time of what every restaurant begins with."""
    after, before = saved.value, saved.before or Brand(saved.value.restaurant_id)
    if after.colour != before.colour:
        yield _("Colour: %(colour)s", colour=code(after.colour))
    if after.name != before.name:
        yield _("Name: %(name)s", name=after.name or _("the restaurant's own"))
    if after.phone != before.phone:
        yield _("Phone: %(phone)s", phone=code(after.phone) if after.phone else "—")
    if after.logo != before.logo:
        yield _("Logo: another one") if after.logo else _("Logo: taken away")
    if after.address != before.address:
        yield _("Address: %(address)s", address=", ".join(after.address) or "—")
