"""A WooCommerce shop by its public documentation: its webhooks and its REST API v3, with their bad habits.

Written from https://developer.woocommerce.com/docs/apis/rest-api/v3/ (Webhooks; Orders: properties, list all
orders, update an order) and the introduction's pages on authentication and errors. A webhook is sent once and
never again, answered by anything but 2xx it counts as failed and after five it is switched off; one that was
just added is tried by an unsigned form with its id; what was deleted is told by its id alone.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "rain on the tin roof"
KEY, KEY_SECRET = "ck_mine", "cs_mine"
_STAMP = "%Y-%m-%dT%H:%M:%S"


def stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime(_STAMP)


def an_order(order_id: int = 1001, **other: Any) -> dict[str, Any]:
    """An order with the documented fields, our own in all of them; `other` fields stand over these."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    order: dict[str, Any] = {
        "id": order_id,
        "parent_id": 0,
        "number": str(order_id),
        "order_key": f"wc_order_{order_id}",
        "created_via": "checkout",
        "version": "9.4.0",
        "status": "processing",
        "currency": "USD",
        "date_created": stamp(now),
        "date_created_gmt": stamp(now),
        "date_modified": stamp(now),
        "date_modified_gmt": stamp(now),
        "total": "34.50",
        "customer_note": "Ring twice &amp; wait",
        "billing": {
            "first_name": "Rana",
            "last_name": "Haddad",
            "company": "",
            "address_1": "Makdisi Street 12",
            "address_2": "3rd floor",
            "city": "Beirut",
            "state": "LB-BA",
            "postcode": "",
            "country": "LB",
            "email": "rana@example.com",
            "phone": "+961 3 555 019",
        },
        "shipping": {"first_name": "", "last_name": "", "address_1": "", "city": "", "phone": ""},
        "payment_method": "cod",
        "payment_method_title": "Cash on delivery",
        "date_paid_gmt": None,
        "meta_data": [],
        "line_items": [
            {
                "id": 11,
                "name": "Mixed grill",
                "product_id": 7,
                "variation_id": 0,
                "quantity": 1,
                "total": "22.50",
                "sku": "",
                "meta_data": [
                    {"id": 1, "key": "_reduced_stock", "value": "1"},
                    {
                        "id": 2,
                        "key": "pa_sauce",
                        "value": "garlic",
                        "display_key": "Sauce",
                        "display_value": "<p>Garlic</p>",
                    },
                ],
            },
            {"id": 12, "name": "Fattoush", "quantity": 2, "total": "12.00", "sku": "", "meta_data": []},
        ],
        "tax_lines": [],
        "shipping_lines": [{"id": 5, "method_id": "flat_rate", "method_title": "Rider", "total": "0.00"}],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    }
    return order | other


def meta(**fields: Any) -> list[dict[str, Any]]:
    """Custom fields of the checkout."""
    return [
        {"id": place, "key": key, "value": value} for place, (key, value) in enumerate(fields.items(), 50)
    ]


def later(order: dict[str, Any], seconds: int = 60, **changed: Any) -> dict[str, Any]:
    """The same order, changed so many seconds after it was last."""
    modified = dt.datetime.fromisoformat(order["date_modified_gmt"]).replace(tzinfo=dt.UTC)
    return order | {"date_modified_gmt": stamp(modified + dt.timedelta(seconds=seconds))} | changed


def signed(body: bytes, topic: str = "order.created", secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery."""
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": "https://shop.example.com/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": topic.partition(".")[0],
        "X-WC-Webhook-Event": topic.partition(".")[2],
        "X-WC-Webhook-Signature": signature,
        "X-WC-Webhook-ID": "4",
        "X-WC-Webhook-Delivery-ID": "the same for all of a second",
    }


class Shop:
    """The REST API of a shop that keeps `orders` by their ids; `asked` are the calls that it had.

    `breaks` are statuses that it answers before it answers anything else; `hangs` is waited for, and `pads`
    makes each order of a list larger by so many bytes.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.orders: dict[int, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.breaks: list[int] = []
        self.hangs: threading.Event | None = None
        self.pads = 0

    def put(self, *orders: dict[str, Any]) -> None:
        for order in orders:
            self.orders[order["id"]] = order

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((method, parts.path, query))
        if self.hangs is not None:
            self.hangs.wait(30)
        if self.breaks:
            return self.breaks.pop(0), {"code": "internal_server_error", "message": "Broken"}
        expected = base64.b64encode(f"{KEY}:{KEY_SECRET}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"code": "woocommerce_rest_cannot_view", "data": {"status": 401}}
        if parts.path == "/wp-json/wc/v3/orders" and method == "GET":
            return 200, self._listed(query)
        of = parts.path.removeprefix("/wp-json/wc/v3/orders/")
        order = self.orders.get(int(of)) if of.isdecimal() else None
        if order is None:
            return 404, {"code": "woocommerce_rest_shop_order_invalid_id", "data": {"status": 404}}
        if method == "PUT":
            self.put(later(order, 1, **json.loads(body)))
        return 200, self.orders[order["id"]]

    def _listed(self, query: dict[str, str]) -> list[Any]:
        status = query.get("status", "any")
        found = [
            order | ({"_links": "x" * self.pads} if self.pads else {})
            for order in sorted(self.orders.values(), key=lambda each: each["date_created_gmt"])
            if (order["status"] != "trash" if status == "any" else order["status"] == status)
            and order["date_modified_gmt"] > query.get("modified_after", "")
            and order["date_created_gmt"] > query.get("after", "")
        ]
        offset, size = int(query.get("offset", "0")), int(query.get("per_page", "10"))
        return found[offset : offset + size]


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, said = shop.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = _answer  # noqa: N815 (so the standard library calls them)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shop = Shop(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield shop
        finally:
            if shop.hangs is not None:
                shop.hangs.set()
            server.shutdown()
