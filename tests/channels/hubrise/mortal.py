"""A process that takes in what HubRise tells, for tests to kill."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from ordertrack import create_app
from ordertrack.channels import connections, registry, tending
from ordertrack.channels.hubrise.events import SIGNATURE
from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context


def main(what: str, tenant_id: str, connection_id: str, address: str, body: str, signature: str) -> None:
    app = create_app(Settings.from_environment())
    if what == "call":
        content = Path(body).read_bytes()
        app.test_client().post(address, data=content, headers={SIGNATURE: signature})
        return
    with tenant_context(app, uuid.UUID(tenant_id)):
        row = connections.by_id(uuid.UUID(tenant_id), uuid.UUID(connection_id))
        channel = registry.find("hubrise")
        assert row is not None and channel is not None
        tending.ask(row, channel)


if __name__ == "__main__":
    main(*sys.argv[1:])
