"""How much a request may carry, and an answer."""

import re

LARGEST_BODY = 64 * 1024  # bytes; what is larger is refused without being read
LARGEST_ANSWER = 4_000_000  # bytes of a page, a list or a frame, before it is compressed
LARGEST_MENU = 1024 * 1024  # bytes of a menu, where one is taken in
LARGEST_LOG = 8 * 1024 * 1024  # bytes of a log of orders from elsewhere, packed or not
LARGEST_LOGO = 512 * 1024  # bytes of a form with a picture
LARGEST_PAYLOAD = 512 * 1024  # bytes of what a shop or platform says of an order
_MENUS = {("PUT", "/api/v1/menu"), ("POST", "/menu/import")}
_LOGO = re.compile(r"/r/[^/]+/logo")
_CHANNEL = re.compile(r"/channels/[0-9a-z]{26}(/.*)?", re.ASCII)


def largest(method: str, path: str) -> int:
    """How many bytes a request of this kind may carry."""
    if method == "POST" and _LOGO.fullmatch(path):
        return LARGEST_LOGO
    if _CHANNEL.fullmatch(path):
        return LARGEST_PAYLOAD
    if (method, path) == ("POST", "/import"):
        return LARGEST_LOG
    return LARGEST_MENU if (method, path) in _MENUS else LARGEST_BODY
