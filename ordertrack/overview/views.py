"""The first page: managers see every restaurant as it stands now, others go to their own board."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from ordertrack.boards import views as boards
from ordertrack.i18n import translate
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.orders.log import event_log
from ordertrack.overview import company, fragments
from ordertrack.overview.channel import CHANNEL, Part
from ordertrack.streams import sse
from ordertrack.tenants.signing_in.sign_in import managing_principal, staff_principal

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The live overview, or the asker's own board."""
    principal = staff_principal()
    if not principal.is_manager or principal.tablet is not None:
        return boards.to_own_board(principal)
    cursor = event_log.head(principal.tenant_id)
    overview = company.read(principal.tenant_id).only(principal.slugs)
    return render_template(
        "overview/overview.html", principal=principal, cursor=cursor, **fragments.values(overview)
    )


@blueprint.get("/overview/stream")
def stream() -> Response:
    """The same as it changes, in the query's `language`; with `part=care` only what needs attention."""
    principal = managing_principal(marked("The overview is for managers and owners."))
    part = request.args.get("part", Part.WHOLE)
    if part not in tuple(Part):
        abort(400, _("There is no such part."))
    topic = CHANNEL.topic(principal.tenant_id, translate.of_page(), Part(part), principal.slugs)
    # Time changes what it shows, and no event does: whoever comes is shown all of it.
    return sse.answer(principal, topic, None)
