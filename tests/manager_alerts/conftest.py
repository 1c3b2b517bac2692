"""A push service, which is at a private address."""

from __future__ import annotations

from push.conftest import push_service  # noqa: F401 (a fixture)
