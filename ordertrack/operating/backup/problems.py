"""Why a backup cannot be made, or cannot be used."""

from __future__ import annotations

from ordertrack.database.settings_error import Mendable


class BackupRefused(Mendable, RuntimeError):
    """No backup was made; the message says why and what to do."""


class UnusableBackup(Mendable, RuntimeError):
    """A file is no whole backup, or none that can be restored here; nothing was changed."""


class RestoreRefused(Mendable, RuntimeError):
    """A backup is not restored as things are; nothing was changed."""
