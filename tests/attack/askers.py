"""Who attacks: strangers, a guest, and the people, the tablet and the program of another house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from support.cast import House
from support.http_client import Caller, sign_in


@dataclass
class Asker:
    """One of them, with what they show for themselves; `sign_in` makes it anew when it no longer counts."""

    name: str
    sign_in: Callable[[], dict[str, str]] = dict
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.headers = self.sign_in()


@dataclass(frozen=True)
class Gang:
    """All who attack, and what their own house has that routes ask for."""

    askers: list[Asker]
    own: dict[str, tuple[str, ...]]


def gather(house: House, port: int) -> Gang:
    """Everybody of this house, and strangers besides."""
    program = Caller(port, house.bearer)
    orders = [
        program.call("/api/v1/orders", body=_order(house, kind)).json for kind in ("pickup", "delivery")
    ]
    return Gang(
        list(_askers(house, port)),
        {
            "order_id": tuple(order["id"] for order in orders),
            "restaurant": house.restaurants,
            "token": tuple(order["tracking_url"].rpartition("/")[2] for order in orders),
        },
    )


def _askers(house: House, port: int) -> Iterator[Asker]:
    yield Asker("stranger")
    yield Asker("forger", lambda: {"Cookie": "session=.eJxFzE.forged", "Authorization": "Bearer ot_forged"})
    yield Asker("program", lambda: dict(house.bearer))
    for person in (house.nour, house.karim, house.maya):
        role = str(person.principal.role)
        yield Asker(role, lambda person=person: sign_in(port, person).headers)  # type: ignore[misc]
    yield Asker("tablet", lambda: _tablet(house, port))


def _tablet(house: House, port: int) -> dict[str, str]:
    form = {"restaurant": house.restaurants[0], "board": "kitchen", "name": "Grill"}
    made = sign_in(port, house.maya).call("/tablets", form=form)
    return {"Cookie": str(made.headers["Set-Cookie"]).split(";")[0]}


def _order(house: House, fulfilment: str) -> dict[str, object]:
    items = [{"name": "Tea", "quantity": 1}]
    return {"restaurant": house.restaurants[0], "fulfilment": fulfilment, "items": items}
