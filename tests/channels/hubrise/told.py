"""Orders and events as HubRise tells them, with the fields of its documentation and words of our own.

Of https://www.hubrise.com/developers/api/orders (retrieve order, items, options, payments, customer) and
https://www.hubrise.com/developers/api/callbacks (retrieve event).
"""

from __future__ import annotations

import itertools
from typing import Any

_numbers = itertools.count(1)


def an_id(kind: str) -> str:
    return f"{kind}{next(_numbers):05}"


def item(name: str, quantity: Any = "1.0", **fields: Any) -> dict[str, Any]:
    return {
        "id": an_id("it"),
        "private_ref": None,
        "product_name": name,
        "sku_name": None,
        "sku_ref": None,
        "price": "4.50 EUR",
        "quantity": quantity,
        "subtotal": "4.50 EUR",
        "tax_rate": None,
        "customer_notes": None,
        "points_earned": None,
        "points_used": None,
        "options": [],
        "deleted": False,
        **fields,
    }


def option(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "option_list_name": "Extras",
        "name": name,
        "ref": None,
        "price": "0.00 EUR",
        "quantity": 1,
        **fields,
    }


def payment(amount: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": an_id("pay"),
        "private_ref": None,
        "type": "online",
        "name": "Card",
        "ref": "CARD",
        "amount": amount,
        "info": None,
        "deleted": False,
        **fields,
    }


def customer(**fields: Any) -> dict[str, Any]:
    return {
        "id": None,
        "customer_list_id": None,
        "email": "samira@example.org",
        "first_name": "Samira",
        "last_name": "Khoury",
        "company_name": None,
        "phone": "+33 1 55 50 01 99",
        "phone_access_code": None,
        "address_1": "7 rue des Cèdres",
        "address_2": "Bât. B, 3e",
        "postal_code": "69003",
        "city": "Lyon",
        "state": None,
        "country": "FR",
        "latitude": "45.7578",
        "longitude": "4.8320",
        "delivery_notes": "Interphone Khoury",
        **fields,
    }


def order(**fields: Any) -> dict[str, Any]:
    """One that was just placed for collection."""
    return {
        "id": an_id("or"),
        "location_id": "cedar-1",
        "ref": "W-77",
        "private_ref": None,
        "status": "new",
        "service_type": "collection",
        "service_type_ref": "WEB-COL",
        "channel": "Bring It",
        "created_at": "2026-11-30T12:00:00+01:00",
        "created_by": "Bring It Bridge",
        "expected_time": None,
        "confirmed_time": None,
        "customer_notes": None,
        "seller_notes": None,
        "collection_code": None,
        "coupon_codes": [],
        "total": "9.00 EUR",
        "items": [item("Kebab"), item("Fattoush", "2")],
        "deals": {},
        "discounts": [],
        "charges": [],
        "payments": [],
        "customer": customer(),
        "loyalty_operations": [],
        "custom_fields": {},
        **fields,
    }


def event(
    state: dict[str, Any], what: str = "create", at: str = "2026-11-30T12:00:01+01:00", **fields: Any
) -> Any:
    return {
        "id": an_id("ev"),
        "resource_type": "order",
        "event_type": what,
        "created_at": at,
        "location_id": state.get("location_id"),
        "order_id": state.get("id"),
        **({"previous_state": {}} if what == "update" else {}),
        "new_state": state,
        **fields,
    }
