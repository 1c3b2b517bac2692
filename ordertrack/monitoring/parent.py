"""The process that started this one, for commands beside a server: none of them outlives it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

_VARIABLE = "ORDERTRACK_PARENT"


def as_parent(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a command that is to end with this process."""
    return {**environ, _VARIABLE: str(os.getpid())}


def watched() -> Callable[[], bool]:
    """Whether the process that started this one is still there, to be asked again and again.

    Who that is stands in the environment, for it may be gone before this one can look.
    """
    parent = int(os.environ.get(_VARIABLE) or os.getppid())
    return lambda: os.getppid() == parent
