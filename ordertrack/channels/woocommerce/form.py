"""What a shop's owner says of the shop: where it is, its secrets, and how its checkout names things."""

from __future__ import annotations

from ordertrack.channels.fields import Field, Kind
from ordertrack.i18n.translate import marked

FIELDS = (
    Field("shop", marked("Address of the shop"), Kind.ADDRESS, marked("Like https://shop.example.com")),
    Field(
        "secret",
        marked("Secret of the webhooks"),
        Kind.SECRET,
        marked(
            "The same for all webhooks that you add there for orders: created, updated, deleted, restored."
        ),
    ),
    Field(
        "consumer_key",
        marked("Consumer key"),
        Kind.SECRET,
        marked(
            "Of a REST API key that may read and write: with it orders that no webhook brought are fetched."
        ),
        is_required=False,
    ),
    Field("consumer_secret", marked("Consumer secret"), Kind.SECRET, is_required=False),
    Field(
        "makes",
        marked("An order is made of what is"),
        Kind.TICKS,
        choices={
            "processing": marked("Processing"),
            "on-hold": marked("On hold"),
            "pending": marked("Pending payment"),
            "completed": marked("Completed, where the shop completes orders as soon as they are paid"),
        },
        default="processing",
    ),
    Field(
        "tells",
        marked("Tell the shop when an order is"),
        Kind.TICKS,
        choices={
            "processing": marked("confirmed: Processing"),
            "completed": marked("completed: Completed"),
            "cancelled": marked("cancelled: Cancelled"),
        },
        default="processing,completed,cancelled",
        is_required=False,
    ),
    Field(
        "branch_key",
        marked("Field of the restaurant"),
        hint=marked("The name of the field of the checkout, as the order's custom fields show it."),
        is_required=False,
    ),
    Field("service_key", marked("Field of delivery, pickup or table"), is_required=False),
    Field(
        "service",
        marked("Without it, an order is"),
        Kind.CHOICE,
        marked("Where the shipping method does not say it."),
        choices={
            "delivery": marked("Delivery"),
            "pickup": marked("Pickup"),
            "dine_in": marked("At the table"),
        },
        default="delivery",
    ),
    Field(
        "delivery_words",
        marked("Words for delivery, with commas"),
        is_required=False,
        default="delivery, livraison, توصيل",
    ),
    Field(
        "pickup_words",
        marked("Words for pickup, with commas"),
        is_required=False,
        default="pickup, takeaway, collection, à emporter, retrait, استلام",
    ),
    Field(
        "dine_in_words",
        marked("Words for the table, with commas"),
        is_required=False,
        default="dine-in, table, sur place, طاولة",
    ),
    Field(
        "time_key",
        marked("Field of the time"),
        hint=marked("It may hold a date and a time, a time of the day, or seconds since 1970."),
        is_required=False,
    ),
    Field(
        "date_key",
        marked("Field of the day"),
        hint=marked("Where the day stands in a field of its own."),
        is_required=False,
    ),
    Field("table_key", marked("Field of the table"), is_required=False),
    Field(
        "cash_methods",
        marked("Paid when it is handed over, with commas"),
        hint=marked("As the shop names its payment methods: cod is cash on delivery."),
        is_required=False,
        default="cod",
    ),
)
