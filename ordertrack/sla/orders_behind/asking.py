"""Reading what an address asks beside a report's choice, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.sla.report.query_string import UnusableChoice

MOST_PAGES = 10_000
_E = TypeVar("_E", bound=StrEnum)


class Asking:
    """Notes what cannot be used, so that all of it is said at once by `refuse`."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._args = args
        self.problems: dict[str, str] = {}

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A number between these; None where none is said."""
        said = self._args.get(name, "").strip()
        if not said:
            return None
        if not (said.isascii() and said.isdecimal()) or len(said) > 6 or not least <= int(said) <= most:
            self.problems[name] = _(
                "%(typed)s is no number from %(least)s to %(most)s.",
                typed=formats.quoted(said),
                least=least,
                most=most,
            )
            return None
        return int(said)

    def one_of(self, name: str, known: Sequence[_E]) -> _E | None:
        """One of the members; None where none is said."""
        said = self._args.get(name, "").strip()
        found = next((each for each in known if each == said), None)
        if said and found is None:
            listed = formats.code(", ".join(known))
            self.problems[name] = _(
                "%(typed)s is none of %(known)s.", typed=formats.quoted(said), known=listed
            )
        return found

    def page(self) -> int:
        return self.whole("page", 1, MOST_PAGES) or 1

    def refuse(self) -> None:
        """Raise UnusableChoice if anything was wrong."""
        if self.problems:
            raise UnusableChoice(self.problems)
