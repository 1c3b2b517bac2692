"""Notifications of the browsers on which guests said that they want to be told of their order."""

from ordertrack.messages.push.transport import Push

__all__ = ["Push"]
