"""What of this room works beside the server."""

from __future__ import annotations

from ordertrack.following import jobs, periodic
from ordertrack.manager_alerts import delivery, mail, watch


def register_work() -> None:
    """For whoever looks, and sends."""
    jobs.register(delivery.PUSH, delivery.push, once=True)
    jobs.register(delivery.MAIL, mail.send, once=True)
    periodic.register("manager alerts", watch.EVERY, watch.look_everywhere)
