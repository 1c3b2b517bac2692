"""Short messages by Twilio, and by whoever speaks its form.

Sending, what is answered and what is reported: https://www.twilio.com/docs/messaging/api/message-resource and
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. Who calls us:
https://www.twilio.com/docs/usage/security.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import urlencode

from ordertrack.messages import calls
from ordertrack.messages.models import State
from ordertrack.messages.transports import MayHaveGone, NotSent, Outcome, Sent, Settings

ADDRESS = "https://api.twilio.com"
_STATES = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
_STOPPED = 21610  # the guest answered STOP to this sender
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_LONGEST_VALIDITY = 14_400  # seconds


def send(settings: Settings, to: str, text: str, seconds: int, report_to: str | None) -> Outcome:
    """Hand it over, to be given up after so many seconds."""
    form = {
        "To": to,
        "Body": text,
        "ValidityPeriod": str(min(max(seconds, 1), _LONGEST_VALIDITY)),
    }
    sender = settings["from"]
    form["MessagingServiceSid" if _SERVICE.fullmatch(sender) else "From"] = sender
    if report_to:
        form["StatusCallback"] = report_to
    account = settings["account"]
    answer = calls.call(
        "POST",
        f"{settings['address'].rstrip('/') or ADDRESS}/2010-04-01/Accounts/{account}/Messages.json",
        {
            "Authorization": "Basic " + b64encode(f"{account}:{settings['token']}".encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        },
        urlencode(form).encode(),
    )
    if isinstance(answer, NotSent | MayHaveGone):
        return answer
    said = calls.read_json(answer)
    if not answer.is_success:
        why = f"{said.get('code') or answer.status}: {said.get('message') or 'HTTP'}"[:300]
        return NotSent(why, for_good=not calls.is_for_later(answer), is_stopped=said.get("code") == _STOPPED)
    reference = said.get("sid")
    return Sent(reference if isinstance(reference, str) else None)


def is_signed(token: str, url: str, form: Iterable[tuple[str, str]], signature: str) -> bool:
    """Whether whoever called this address of ours has the account's token."""
    said = url + "".join(name + value for name, value in sorted(form))
    expected = b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()
    return hmac.compare_digest(expected.encode(), signature.encode())


def state_of(status: str) -> State | None:
    """What a status says of a message; None of one that is still on its way to the network."""
    return _STATES.get(status)
