"""The kinds of refusals: each has an address, whose page says what it means."""

from __future__ import annotations

from dataclasses import dataclass

from ordertrack.i18n.translate import marked


@dataclass(frozen=True)
class Kind:
    """`status` is how HTTP says it; `title` and `meaning` are for whoever reads the page."""

    status: int
    title: str
    meaning: str


KINDS: dict[str, Kind] = {
    "not-understood": Kind(
        400,
        marked("Not understood"),
        marked(
            "The request could not be read: its body is no JSON or names a field twice, a parameter is not"
            " known, or it was sent in a form that HTTP does not have. Correct it; sent again as it is, it"
            " will be refused again."
        ),
    ),
    "signed-out": Kind(
        401,
        marked("Signed out"),
        marked(
            "Nobody is known who asks. A person signs in again; a program sends its API key in the header"
            " Authorization, or asks for a new key if this one was revoked."
        ),
    ),
    "not-allowed": Kind(
        403,
        marked("Not for you"),
        marked(
            "Whoever asks is known and may not do this. For a person: a manager of the company can do it, or"
            " change what they may do. For an API key: it was made without the scope that the call needs; who"
            " runs the server makes one that has it."
        ),
    ),
    "company-suspended": Kind(
        403,
        marked("The company is suspended"),
        marked(
            "Whoever runs the server has suspended the company. Its people and programs can look at"
            " everything, and nothing can be changed or ordered. Nothing was written. Ask whoever runs the"
            " server; sent again after that, it is taken."
        ),
    ),
    "not-found": Kind(
        404,
        marked("Not found"),
        marked(
            "There is nothing at this address, or nothing that whoever asks may see: an order, a restaurant,"
            " a call. Look whether the address was copied whole."
        ),
    ),
    "method-not-allowed": Kind(
        405,
        marked("Method not allowed"),
        marked(
            "The address exists, and does not do what was asked of it. The header Allow says what it does."
        ),
    ),
    "not-received": Kind(
        408,
        marked("Not received in time"),
        marked("The request did not arrive whole within a few seconds. Send it again."),
    ),
    "conflict": Kind(
        409,
        marked("In conflict with what is there"),
        marked(
            "It does not fit how things stand, as for a cursor that the events do not have. The answer says"
            " how they stand; go on from there."
        ),
    ),
    "order-moved": Kind(
        409,
        marked("The order has moved"),
        marked(
            "Somebody else moved the order since it was looked at. Nothing was changed. The answer has the"
            " order as it is now; decide anew."
        ),
    ),
    "order-changed": Kind(
        409,
        marked("The order was changed"),
        marked(
            "Something has happened to the order since the revision that was named. Nothing was changed. The"
            " answer has the order as it is now; decide anew."
        ),
    ),
    "restaurant-paused": Kind(
        409,
        marked("The restaurant is paused"),
        marked(
            "The restaurant takes no orders in at this moment. The answer says until when, if that is known;"
            " send the order again after that, with the same Idempotency-Key."
        ),
    ),
    "dish-sold-out": Kind(
        409,
        marked("A dish is sold out"),
        marked(
            "The restaurant has no more of a dish that the order names. The answer says of which, and until"
            " when. Nothing was written; send the order without it, or after that."
        ),
    ),
    "too-large": Kind(
        413,
        marked("Too large"),
        marked("The body is larger than any may be. It was not read; send less."),
    ),
    "address-too-long": Kind(
        414,
        marked("The address is too long"),
        marked("The first line of the request is longer than 4,094 bytes. Ask for less at once."),
    ),
    "not-read-here": Kind(
        415,
        marked("Not read in this form"),
        marked("The body came in a form that is not read here. Calls take JSON, and say so in Content-Type."),
    ),
    "not-expected": Kind(
        417,
        marked("Expected too much"),
        marked("The header Expect asks for something that is not done here. Send the request without it."),
    ),
    "wrong-house": Kind(
        421,
        marked("Not the name of this house"),
        marked(
            "The request names a host that this server does not answer for. Use the address that you were"
            " given. Whoever runs the server says in ORDERTRACK_PUBLIC_URL by which names it is called."
        ),
    ),
    "not-accepted": Kind(
        422,
        marked("Not accepted"),
        marked(
            "The request could be read, and something in it cannot be taken in. The detail says what to"
            " change; errors names the fields, if it is about fields. Nothing was written."
        ),
    ),
    "not-on-the-menu": Kind(
        422,
        marked("Not on the menu"),
        marked(
            "The order names a dish by a word that the company's menu does not have, or has no longer. The"
            " answer says which. Nothing was written; read the menu, or name the dish in plain text."
        ),
    ),
    "illegal-move": Kind(
        422,
        marked("The order cannot be moved like this"),
        marked(
            "The rules of the company do not allow this move, for this role, of an order in this status."
            " The answer says what is allowed. Nothing was changed."
        ),
    ),
    "illegal-action": Kind(
        422,
        marked("This cannot be done to the order"),
        marked(
            "An order in this status does not take this, or something that belongs to it was left out. The"
            " answer says what it takes. Nothing was changed."
        ),
    ),
    "key-used-before": Kind(
        422,
        marked("The Idempotency-Key was used before"),
        marked(
            "The same key came before with another body. A key belongs to one order: send the body of then to"
            " be told of that order, or take a new key for a new one."
        ),
    ),
    "too-often": Kind(
        429,
        marked("Too often"),
        marked(
            "More was asked for, or is open at once, than may be. The header Retry-After says in how many"
            " seconds to come again."
        ),
    ),
    "quota-reached": Kind(
        429,
        marked("As much as the company may have"),
        marked(
            "The company has had as many orders in 24 hours, or has as much storage, as whoever runs the"
            " server allows it. Nothing was written. The header Retry-After says in how many seconds there is"
            " room again; whoever runs the server can allow more."
        ),
    ),
    "headers-too-large": Kind(
        431,
        marked("The headers are too large"),
        marked("A header is longer than 8,190 bytes, or there are more than a hundred. Send less of them."),
    ),
    "our-fault": Kind(
        500,
        marked("Something went wrong"),
        marked(
            "Something went wrong on our side, and was noted down. Look whether it was done, then try again."
        ),
    ),
    "not-done-here": Kind(
        501,
        marked("Not done here"),
        marked("The request is of a kind that this server does not know, as a coding of its body."),
    ),
    "database-away": Kind(
        503,
        marked("The database is away"),
        marked(
            "The database cannot be used at this moment. Nothing was changed, unless the detail says"
            " otherwise. The header Retry-After says in how many seconds to come again."
        ),
    ),
    "not-now": Kind(
        503,
        marked("Not at this moment"),
        marked(
            "The server cannot do it at this moment, for too much is asked for at once. Nothing was changed."
            " The header Retry-After says in how many seconds to come again."
        ),
    ),
}

_OF_STATUS = {kind.status: name for name, kind in reversed(KINDS.items())} | {503: "not-now"}
_ANY = {4: "not-understood", 5: "our-fault"}


def of_status(status: int) -> str:
    """The kind of a refusal of which no more is said than its status."""
    return _OF_STATUS.get(status) or _ANY[status // 100]
