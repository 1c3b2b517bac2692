"""A push service and a mail server nearby; nobody else looks, or does jobs, meanwhile."""

from __future__ import annotations

from messages.conftest import _nobody_else_follows, mailbox, set_up  # noqa: F401 (fixtures)
from push.conftest import push_service  # noqa: F401 (a fixture)
