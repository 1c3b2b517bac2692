"""What of this room works beside the server."""

from __future__ import annotations

from ordertrack.following import jobs, periodic
from ordertrack.manager_alerts import delivery, mail, report_mails, watch


def register_work() -> None:
    """For whoever looks, and sends."""
    jobs.register(delivery.PUSH, delivery.push, once=True)
    jobs.register(delivery.MAIL, mail.send, once=True)
    jobs.register(report_mails.MAIL, mail.send_report, once=True)
    periodic.register("report mails", report_mails.EVERY, report_mails.look_everywhere)
    periodic.register("manager alerts", watch.EVERY, watch.look_everywhere)
