"""Messages to guests: what they are told of their order while they do not look at its page."""

from ordertrack.messages import choice_views, guest_views, hook_views, provider_views, sent_views
from ordertrack.messages.push import views as push_views

BLUEPRINTS = (
    choice_views.blueprint,
    provider_views.blueprint,
    sent_views.blueprint,
    hook_views.blueprint,
    guest_views.blueprint,
    push_views.blueprint,
)

__all__ = ["BLUEPRINTS"]
