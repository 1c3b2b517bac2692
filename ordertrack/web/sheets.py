"""A page that a board asks for as a sheet over itself."""

from __future__ import annotations

from flask import request


def is_sheet() -> bool:
    """Whether header `Sheet: 1` says so: what is answered then is a part of a page, without its bar."""
    return request.headers.get("Sheet") == "1"
