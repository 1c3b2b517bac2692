"""Which followers, kinds of jobs and rounds there are: every room that has some is named here."""

from __future__ import annotations

from ordertrack.following import cleaning
from ordertrack.manager_alerts import register as manager_alerts
from ordertrack.messages import register as messages
from ordertrack.server import troubles
from ordertrack.webhooks import registering as webhooks


def register() -> None:
    """Have the process that follows know all of them."""
    cleaning.register()
    manager_alerts.register_work()
    messages.register_transports()
    messages.register_work()
    webhooks.register()
    troubles.register()
