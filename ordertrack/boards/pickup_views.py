"""The guests' board of a restaurant and its stream, for any of the staff and for tablets set up for it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from ordertrack.boards.fragments import card_id
from ordertrack.boards.pickup import FULFILMENTS, PickupChannel, areas_of, in_others, other_languages
from ordertrack.i18n import translate
from ordertrack.i18n.translate import gettext as _
from ordertrack.live.topics import Channel
from ordertrack.orders.log import event_log
from ordertrack.streams import sse
from ordertrack.tenants.principal import PICKUP, Principal
from ordertrack.tenants.restaurants import FoundRestaurant, restaurant_or_404
from ordertrack.tenants.signing_in.sign_in import staff_principal

blueprint = Blueprint("pickup", __name__)
_channel = PickupChannel()
CHANNELS: list[Channel] = [_channel]


@blueprint.get("/r/<restaurant>/pickup")
def show(restaurant: str) -> ResponseReturnValue:
    """The numbers, true at the cursor that the page's stream starts from."""
    principal, found = _find(restaurant)
    cursor = event_log.head(principal.tenant_id)  # before the rows, as on every board
    return render_template(
        "pickup/pickup.html",
        restaurant=found,
        areas=areas_of(principal.tenant_id, found.id),
        cursor=cursor,
        fulfilments=FULFILMENTS,
        others=other_languages(),
        in_others=in_others,
        card_id=card_id,
    )


@blueprint.get("/r/<restaurant>/pickup/stream")
def stream(restaurant: str) -> Response:
    """What becomes of the numbers after a cursor, as it happens, in the query's `language`."""
    principal, found = _find(restaurant)
    topic = _channel.topic(principal.tenant_id, found.id, translate.of_page())
    return sse.answer(principal, topic, sse.requested_cursor())


def _find(slug: str) -> tuple[Principal, FoundRestaurant]:
    principal = staff_principal()
    restaurant = restaurant_or_404(principal, slug)
    if not principal.may_open(PICKUP, restaurant.id):
        abort(403, _("This tablet was set up for another board."))
    return principal, restaurant
