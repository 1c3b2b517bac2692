"""What device a sign-in was made on, in two words: the rest of what a browser says of itself is not kept."""

from __future__ import annotations

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> str | None:
    """`Chrome · Android`, as far as it is known; the first sign that fits counts, as browsers name others."""
    said = user_agent[:500]
    found = [_first(said, names) for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name) or None


def _first(said: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for sign, name in names if sign in said), None)
