"""When backups are made, where they go and how long they are kept, from ORDERTRACK_BACKUP."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple, Self

_FORM = re.compile(r"(?P<folder>.+?)(?:\s+every\s+(?P<every>[0-9]{1,4}))?(?:\s+keep\s+(?P<keep>[0-9]{1,4}))?")


class BackupTimes(NamedTuple):
    """A backup into `folder` every so many hours; those older than so many days are removed."""

    folder: Path
    every_hours: int = 24
    keep_days: int = 14

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `/srv/backups every 6 keep 30`; what is not said keeps its default.

        Raises ValueError with a sentence that says what is wrong.
        """
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError("it names no folder")
        if re.search(r"\s(every|keep)(\s|$)", found["folder"]):
            raise ValueError(
                "behind 'every' stands a number of hours, and behind 'keep' one of days, in this order"
            )
        if wrong := re.search(r"\s([a-z]+)\s+[0-9]+(\s|$)", found["folder"]):
            raise ValueError(f"behind the folder stand only 'every' and 'keep', and not {wrong[1]!r}")
        every, keep = found["every"] or cls._field_defaults["every_hours"], found["keep"]
        said = cls(
            Path(found["folder"]).expanduser().resolve(),
            int(every),
            int(keep or cls._field_defaults["keep_days"]),
        )
        if not 1 <= said.every_hours <= 24 * 31:
            raise ValueError("the hours after 'every' are 1 to 744")
        if not 1 <= said.keep_days <= 3660:
            raise ValueError("the days after 'keep' are 1 to 3660")
        return said

    def __str__(self) -> str:
        return f"{self.folder} every {self.every_hours} keep {self.keep_days}"
