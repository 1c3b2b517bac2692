"""What a shop's owner says of the shop: where it is, its secrets, and how its checkout names things."""

from __future__ import annotations

from ordertrack.channels.fields import Field, Kind
from ordertrack.i18n.translate import marked

FIELDS = (
    Field(
        "shop",
        marked("Address of the shop"),
        Kind.ADDRESS,
        marked("Like shop.example.com"),
    ),
    Field(
        "secret",
        marked("Secret of the webhooks"),
        Kind.SECRET,
        marked("One is made if you leave this empty. All webhooks that you add in the shop have the same."),
        is_rare=True,
        is_made=True,
    ),
    Field(
        "consumer_key",
        marked("Consumer key"),
        Kind.SECRET,
        marked(
            "Orders come without a key, too. With one, orders that did not arrive are fetched, and the shop"
            " is told how they stand. To make one, in the shop's WordPress open WooCommerce, Settings,"
            " Advanced, REST API, and add a key that may read and write."
        ),
        is_required=False,
    ),
    Field("consumer_secret", marked("Consumer secret"), Kind.SECRET, is_required=False),
    Field(
        "makes",
        marked("Take in the shop's orders that are"),
        Kind.TICKS,
        choices={
            "processing": marked("Processing"),
            "on-hold": marked("On hold"),
            "pending": marked("Pending payment"),
            "completed": marked("Completed, where the shop completes orders as soon as they are paid"),
        },
        default="processing",
        is_rare=True,
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
        is_rare=True,
    ),
    Field(
        "branch_key",
        marked("Checkout field that names the restaurant"),
        hint=marked("The field's name, as the custom fields of an order show it."),
        is_required=False,
        is_rare=True,
    ),
    Field(
        "service_key",
        marked("Checkout field that says delivery, pickup or table"),
        is_required=False,
        is_rare=True,
    ),
    Field(
        "service",
        marked("Otherwise an order is"),
        Kind.CHOICE,
        marked("Where neither that field nor the shipping method says it."),
        choices={
            "delivery": marked("Delivery"),
            "pickup": marked("Pickup"),
            "dine_in": marked("At the table"),
        },
        default="delivery",
        is_rare=True,
    ),
    Field(
        "delivery_words",
        marked("Words for delivery, with commas"),
        is_required=False,
        default="delivery, livraison, توصيل",
        is_rare=True,
    ),
    Field(
        "pickup_words",
        marked("Words for pickup, with commas"),
        is_required=False,
        default="pickup, takeaway, collection, à emporter, retrait, استلام",
        is_rare=True,
    ),
    Field(
        "dine_in_words",
        marked("Words for the table, with commas"),
        is_required=False,
        default="dine-in, table, sur place, طاولة",
        is_rare=True,
    ),
    Field(
        "time_key",
        marked("Checkout field with the time wanted"),
        hint=marked("It may hold a date and a time, or a time alone."),
        is_required=False,
        is_rare=True,
    ),
    Field(
        "date_key",
        marked("Checkout field with the day wanted"),
        hint=marked("If the day has a field of its own."),
        is_required=False,
        is_rare=True,
    ),
    Field("table_key", marked("Checkout field with the table"), is_required=False, is_rare=True),
    Field(
        "cash_methods",
        marked("Payment methods that are paid at the door, with commas"),
        hint=marked("By their names in the shop: cod is cash on delivery."),
        is_required=False,
        default="cod",
        is_rare=True,
    ),
)
