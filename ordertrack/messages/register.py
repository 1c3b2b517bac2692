"""What of this room works beside the server, and by what it sends."""

from __future__ import annotations

from ordertrack.following import followers, jobs
from ordertrack.following.followers import Follower
from ordertrack.messages import follower, lateness, sending, testing, transports
from ordertrack.messages.mail import Mail
from ordertrack.messages.push import Push, ending
from ordertrack.messages.sms import Sms
from ordertrack.messages.whatsapp import WhatsApp


def register_transports() -> None:
    """For pages and for whoever sends."""
    for transport in (Push(), WhatsApp(), Sms(), Mail()):
        transports.register(transport)


def register_work() -> None:
    """For whoever sends. Messages keep by themselves what may have gone; a test message has only its job."""
    followers.register(Follower("messages", follower.follow, follower.concerns))
    jobs.register(follower.TELL, sending.tell)
    jobs.register(follower.LOOK_IF_LATE, lateness.look)
    jobs.register(testing.TEST, testing.send, once=True)
    ending.register()
