"""Addresses that somebody handed in, to be sent to afterwards."""

from __future__ import annotations


def local_path(target: str | None) -> str | None:
    """The target only if it stays on this site."""
    # Browsers drop tabs and line breaks from an address, and read a backslash as a slash.
    if target and target.isprintable() and target.startswith("/") and not target.startswith(("//", "/\\")):
        return target
    return None
