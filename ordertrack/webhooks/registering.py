"""What of webhooks is done beside the server."""

from __future__ import annotations

from ordertrack.following import followers, jobs
from ordertrack.webhooks import deliveries, delivering, follower, replaying, tries


def register() -> None:
    """Raises SettingsError if the setting of waits cannot be used."""
    tries.waits()
    followers.register(follower.FOLLOWER)
    jobs.register(follower.DELIVERY, delivering.deliver, keep=deliveries.KEEP)
    jobs.register(replaying.REPLAY, replaying.run)
