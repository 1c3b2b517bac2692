"""A company that is connected to HubRise: what comes, what is asked, what is told, step by step."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask

from channels.hubrise.peer import SECRET, TOKEN, HubRise, signature_of
from ordertrack.channels import applying, connections, payloads, registry, telling, tending
from ordertrack.channels.connections import Draft
from ordertrack.channels.models import ChannelConnection, ChannelPayload
from ordertrack.database.session import db
from ordertrack.following.jobs import Job, Outcome
from ordertrack.following.models import StoredJob
from ordertrack.orders.log import event_log
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import cache
from support.cast import House


@dataclass
class Connected:
    app: Flask
    house: House
    hubrise: HubRise
    connection_id: uuid.UUID
    address: str
    followed: int = 0

    @property
    def row(self) -> ChannelConnection:
        row = connections.by_id(self.house.tenant_id, self.connection_id)
        assert row is not None
        return row

    def call(self, event: dict[str, Any], secret: str = SECRET) -> int:
        """HubRise calls with an event; the answer's status."""
        body = json.dumps(event).encode()
        headers = {"X-HubRise-Hmac-SHA256": signature_of(body, secret), "Content-Type": "application/json"}
        return self.app.test_client().post(self.address, data=body, headers=headers).status_code

    def ask(self) -> None:
        """Ask HubRise for its events."""
        channel = registry.find("hubrise")
        assert channel is not None
        tending.ask(self.row, channel)

    def tell(self) -> list[Outcome]:
        """Follow the log, and do the jobs that come of it, oldest first; one that comes again stays."""
        after, self.followed = self.followed, event_log.head(self.house.tenant_id).seq
        entries = event_log.events_after(self.house.tenant_id, after, 1000, until=self.followed)
        telling.follow(db.session.connection(), self.house.tenant_id, entries)
        db.session.commit()
        done = []
        added = db.session.query(StoredJob).filter_by(tenant_id=self.house.tenant_id)
        for row in added.order_by(StoredJob.id).all():
            done.append(telling.tell(Job.of(row)))  # type: ignore[arg-type]
            db.session.commit()
        added.delete()
        db.session.commit()
        return done

    def order(self, external_id: str) -> OrderRecord | None:
        db.session.rollback()
        found = applying.order_of_external(self.house.tenant_id, self.connection_id, external_id)
        return records.find(self.house.tenant_id, found) if found is not None else None

    def became(self) -> list[tuple[str, str]]:
        """What became of each payload, oldest first, with the sentence."""
        db.session.rollback()
        rows = db.session.query(ChannelPayload).filter_by(tenant_id=self.house.tenant_id)
        said = rows.order_by(ChannelPayload.received_at, ChannelPayload.id)
        return [(row.outcome, (row.reason or "") % (row.reason_values or {})) for row in said]


def connect(app: Flask, house: House, hubrise: HubRise) -> Connected:
    channel = registry.find("hubrise")
    assert channel is not None
    branches = {
        each.id: {"hamra": "cedar-1", "jounieh": "cedar-2"}[each.slug]
        for each in cache.of_tenant(house.tenant_id)
    }
    secrets = {"token": TOKEN, "client_secret": SECRET}
    draft = Draft("HubRise", branches, {"collected": "CASH, CSH"}, secrets)
    row = connections.make(channel, draft, by=house.maya.principal)
    address = f"/channels/{connections.code_of(row)}/"
    made = Connected(app, house, hubrise, row.id, address, event_log.head(house.tenant_id).seq)
    hubrise.callback = {"url": address, "events": {"order": ["create", "update"]}}
    db.session.commit()
    return made


__all__ = ["Connected", "connect", "payloads"]
