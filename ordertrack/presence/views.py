"""The page on which managers see every restaurant's open orders and screens."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from ordertrack.i18n import translate
from ordertrack.i18n.translate import marked
from ordertrack.orders.log import event_log
from ordertrack.presence import overview as floor_overview
from ordertrack.presence.channel import CHANNEL
from ordertrack.streams import sse
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.shared_tablets import tablets
from ordertrack.tenants.signing_in.sign_in import managing_principal

blueprint = Blueprint("screens", __name__)


@blueprint.get("/screens")
def show() -> ResponseReturnValue:
    """Every restaurant: what is open, on which devices which board is, and what nobody sees."""
    principal = _manager()
    cursor = event_log.head(principal.tenant_id)
    overview = floor_overview.read(principal.tenant_id).only(principal.slugs)
    return render_template(
        "presence/screens.html", principal=principal, overview=overview, titles=tablets.BOARDS, cursor=cursor
    )


@blueprint.get("/screens/stream")
def stream() -> Response:
    """The same as it changes, in the query's `language`."""
    principal = _manager()
    topic = CHANNEL.topic(principal.tenant_id, translate.of_page(), principal.slugs)
    # What it shows is no event's: whoever comes is shown all of it.
    return sse.answer(principal, topic, None)


def _manager() -> Principal:
    return managing_principal(marked("The overview of screens is for managers and owners."))
