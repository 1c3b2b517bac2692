"""How much a request may carry."""

LARGEST_BODY = 64 * 1024  # bytes; what is larger is refused without being read
LARGEST_MENU = 1024 * 1024  # bytes of a menu, where one is taken in
_MENUS = {("PUT", "/api/v1/menu"), ("POST", "/menu/import")}


def largest(method: str, path: str) -> int:
    """How many bytes a request of this kind may carry."""
    return LARGEST_MENU if (method, path) in _MENUS else LARGEST_BODY
