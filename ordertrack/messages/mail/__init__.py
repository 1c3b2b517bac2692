"""E-mail."""

from ordertrack.messages.mail.transport import Mail

__all__ = ["Mail"]
