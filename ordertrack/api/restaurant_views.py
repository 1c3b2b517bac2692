"""The calls about restaurants: how each stands, what it quotes, and its riders."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import select

from ordertrack.api import problems, reading
from ordertrack.api.authentication import principal
from ordertrack.api.blueprint import answer, blueprint
from ordertrack.api.confinement import require_restaurant
from ordertrack.api.queries import QuoteQuery
from ordertrack.api.restaurant_answers import (
    QuoteAnswer,
    RestaurantAnswer,
    RestaurantList,
    RiderAnswer,
    RiderList,
)
from ordertrack.api.schemas import RiderRequest
from ordertrack.database.session import db
from ordertrack.restaurants import roster
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.sla.estimates import quoting
from ordertrack.sla.estimates.quoting import Standing
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.restaurants import FoundRestaurant


@blueprint.get("/restaurants")
def restaurants() -> Response:
    """The tenant's restaurants, by name, and how each stands."""
    tenant_id = principal().tenant_id
    found = db.session.scalars(
        select(Restaurant).where(Restaurant.tenant_id == tenant_id).order_by(Restaurant.name)
    ).all()
    return answer(
        RestaurantList(
            items=[
                RestaurantAnswer(
                    slug=each.slug,
                    name=each.name,
                    timezone=each.timezone,
                    **_stands(quoting.standing(tenant_id, each.id)),
                )
                for each in found
                if principal().may_see(each.id)
            ]
        )
    )


@blueprint.get("/restaurants/<restaurant>/quote")
def quote(restaurant: str) -> Response:
    """What a guest would be told now."""
    tenant_id = principal().tenant_id
    found = require_restaurant(principal(), restaurant)
    fulfilment = reading.query(QuoteQuery).fulfilment
    quoted = quoting.quote(tenant_id, found.id, fulfilment)
    return answer(
        QuoteAnswer(
            restaurant=found.slug,
            fulfilment=fulfilment,
            **_stands(quoted.standing),
            from_=quoted.low_at,
            to=quoted.high_at,
            learned=quoted.is_learned,
        )
    )


def _stands(standing: Standing) -> dict[str, Any]:
    return {name: getattr(standing, name) for name in ("state", "minutes", "until")}


@blueprint.get("/restaurants/<restaurant>/riders")
def riders(restaurant: str) -> Response:
    """The riders of a restaurant, those who are here first."""
    return _roster(require_restaurant(principal(), restaurant))


@blueprint.post("/restaurants/<restaurant>/riders")
def save_rider(restaurant: str) -> Response:
    """Add a rider, or change the one of this name; answers the whole roster."""
    found = require_restaurant(principal(), restaurant)
    asked = reading.body(RiderRequest)
    try:
        roster.change(found.id, asked.name, by=principal(), **asked.to_fields())
    except UnusableSettings as error:
        raise problems.refusal(error.problems.items(), 422) from None
    return _roster(found)


def _roster(restaurant: FoundRestaurant) -> Response:
    listed = roster.of_restaurant(principal().tenant_id, restaurant.id).riders
    return answer(RiderList(items=[RiderAnswer(name=r.name, phone=r.phone, here=r.is_here) for r in listed]))
