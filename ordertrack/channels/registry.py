"""Which channels there are: every package in this folder that has a `CHANNEL`."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache

from ordertrack import channels
from ordertrack.channels.interface import Channel

_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}", re.ASCII)


@cache
def every() -> dict[str, Channel]:
    """By their names, in the order in which people are offered them."""
    packages = [each.name for each in pkgutil.iter_modules(channels.__path__) if each.ispkg]
    found = [importlib.import_module(f"{channels.__name__}.{name}").CHANNEL for name in packages]
    for channel, package in zip(found, packages, strict=True):
        if channel.name != package or not _NAME.fullmatch(package):
            raise ValueError(f"the channel in channels/{package}/ calls itself {channel.name!r}")
    return {each.name: each for each in sorted(found, key=lambda each: each.title.casefold())}


def find(name: str) -> Channel | None:
    """The channel of this name; None for one whose package is gone."""
    return every().get(name)
