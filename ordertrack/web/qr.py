"""QR codes, drawn into the page: an address that a camera reads."""

from __future__ import annotations

from itertools import groupby

import segno
from markupsafe import Markup

from ordertrack.i18n.translate import gettext as _

_QUIET = 4  # modules around it, without which cameras do not find it (ISO/IEC 18004)


def svg(text: str) -> Markup:
    """A picture of the text, in the colour of its surroundings: those are to be light, and it dark."""
    code = segno.make_qr(text, error="m")
    rows = [[bool(module) for module in row] for row in code.matrix]
    side = len(rows) + 2 * _QUIET
    path = "".join(_drawn(row, top) for top, row in enumerate(rows, _QUIET))
    return Markup(
        '<svg class="qr" role="img" aria-label="{said}" viewBox="0 0 {side} {side}"'
        ' shape-rendering="crispEdges">'
        '<path fill="currentColor" d="{path}"/></svg>'
    ).format(said=_("QR code"), side=side, path=path)


def _drawn(row: list[bool], top: int) -> str:
    """One row as boxes, each a run of dark modules."""
    path, left = "", _QUIET
    for is_dark, run in groupby(row):
        width = len(list(run))
        if is_dark:
            path += f"M{left} {top}h{width}v1h-{width}z"
        left += width
    return path
