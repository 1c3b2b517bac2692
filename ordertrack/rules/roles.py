"""Who may do something, by what they do in the house."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    KITCHEN = "kitchen"
    DISPATCH = "dispatch"
    MANAGER = "manager"
    OWNER = "owner"
