"""Every module of the application, imported: commands and pages import some only when they are asked for."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import ordertrack


def every_module() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(ordertrack.__path__, "ordertrack."):
        if ".migrations" not in module.name:
            yield import_module(module.name)
