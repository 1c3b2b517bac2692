"""What a wheel carries of what stands beside the package: the pages, and how gunicorn serves them.

Bundles and libraries go along if they have been made (`make static/bundles/done`). An editable install has
everything in its checkout and carries nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAMES = (
    *("templates", "static", "app.py", "gunicorn.conf.py"),
    *("docs/GUIDE.en.md", "docs/GUIDE.fr.md", "docs/GUIDE.ar.md"),
)


class WheelFiles(BuildHookInterface[Any]):
    """Puts them where `ordertrack.database.config.ROOT` finds them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            root = Path(self.root)
            build_data["force_include"] |= {str(root / name): f"ordertrack/files/{name}" for name in NAMES}
