"""Short messages."""

from ordertrack.messages.sms.transport import Sms

__all__ = ["Sms"]
