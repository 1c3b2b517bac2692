"""Where the files are that come along with the code."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_FILES = PACKAGE / "files"  # where a wheel has them, see wheel_files.py
IS_CHECKOUT = not _FILES.exists()
ROOT = PACKAGE.parent if IS_CHECKOUT else _FILES
"""The folder of `templates/`, `static/`, `app.py` and `gunicorn.conf.py`."""
