"""WhatsApp, by the Business Cloud API."""

from ordertrack.messages.whatsapp.transport import WhatsApp

__all__ = ["WhatsApp"]
