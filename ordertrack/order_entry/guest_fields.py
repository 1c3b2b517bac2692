"""What is known of a guest, as it is filled into the form: what somebody typed stays."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from ordertrack.i18n.form_fields import Typed
from ordertrack.i18n.translate import tag_of
from ordertrack.order_entry.guests import Guest


def filled_in(fields: MultiDict[str, str], guest: Guest | None) -> Typed:
    """`found` says in the form for which guest that was done, `found_name` with which name."""
    found = str(guest.phone.text) if guest else ""
    if fields.get("found", "") == found:
        return Typed(fields)
    if fields.get("name", "") == fields.get("found_name", ""):  # nobody typed it
        fields["name"] = guest.name or "" if guest else ""
    fields["found_name"] = fields["name"] if guest else ""
    fields["found"] = found
    fields["address_of"] = str(guest.addresses[0].id) if guest and guest.addresses else ""
    fields.setlist("allergy", list(guest.allergies) if guest else [])
    if guest and (language := tag_of(guest.locale)):
        fields["locale"] = language
    return Typed(fields)
