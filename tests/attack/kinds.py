"""What is attacked, and how: the kinds that a campaign counts, and where the others are held by tests."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A request may be of several; of `PLAIN` is one that only comes from who has no right to it."""

    PLAIN = "asked by who has no right to it"
    FOREIGN_ID = "ids of another house"
    NOBODYS_ID = "ids that nobody has, or that are none"
    ABOVE = "people above one's own role"
    NARROW_KEY = "a key used beyond its scope"
    ENDED_KEY = "a key that has ended"
    MADE_UP = "keys and cookies made up"
    PASSWORDS = "passwords guessed"
    STREAMS = "more streams than a share"
    BURST = "a key's requests in a burst"
    POSITION = "positions in the log made up"
    HOST = "names that are not the house's, proxies not counted"
    SLASHES = "double slashes, to lead to another site"
    CROSS_SITE = "sent from another site"
    PATH = "paths that lead nowhere"
    METHOD = "methods that a route does not take"
    QUERY = "absurd queries"
    HEADER = "absurd headers"
    FORM = "absurd forms"
    JSON = "absurd JSON"
    TWICE = "fields named twice"
    UNSEEN = "letters that nobody sees"
    LARGE = "bodies too large, or nested too deep"
    NO_FORM = "bodies that are neither"
    NO_HTTP = "bytes that are no HTTP, heads too long"


HELD_ELSEWHERE = {
    "connections held open, half-sent and slow ones": "tests/faults/test_half_sent_requests.py",
    "strangers on every place of a worker": "tests/faults/test_places.py",
    "answers that are not taken": "tests/server/test_outgoing.py",
    "the largest company on every route": "tests/web/test_bounds.py",
    "readers that do not read": "tests/faults/test_clients_that_do_not_read.py",
    "shares of streams by link, sign-in and address": "tests/faults/test_shares_of_streams.py",
    "shares of requests by address": "tests/server/test_request_limits.py",
    "many password hashes at once": "tests/tenants/test_passwords.py",
    "replays of a long log": "tests/faults/test_replays_of_one_key.py",
    "tries spread over addresses": "tests/tenants/test_tries_to_sign_in.py",
    "weak passwords": "tests/tenants/test_new_passwords.py",
    "streams while the database is away": "tests/web/test_without_a_database.py",
    "the schema's functions told another tenant": "tests/orders/guards/test_entered_tenant.py",
}
"""Attacks that are no requests of a campaign, and the tests that make them."""
