"""Which followers, kinds of jobs and rounds there are: every room that has some is named here."""

from __future__ import annotations

from ordertrack.backoffice.log_import import looking as log_import
from ordertrack.channels import telling as channel_telling
from ordertrack.channels import tending as channel_tending
from ordertrack.channels import troubles as channel_troubles
from ordertrack.following import housekeeping
from ordertrack.manager_alerts import register as manager_alerts
from ordertrack.messages import register as messages
from ordertrack.overview import attention
from ordertrack.webhooks import registering as webhooks
from ordertrack.webhooks import troubles as webhook_troubles


def register() -> None:
    """Have the process that follows know all of them."""
    housekeeping.register()
    manager_alerts.register_work()
    messages.register_transports()
    messages.register_work()
    channel_telling.register()
    channel_tending.register()
    webhooks.register()
    log_import.register()
    attention.register(webhook_troubles.lines)
    attention.register(channel_troubles.lines)
