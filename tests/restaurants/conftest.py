"""A restaurant of the cast, inside its tenant."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.tenants.models import Restaurant
from support.cast import House


@pytest.fixture
def hamra(app: Flask, cedar: House) -> Iterator[uuid.UUID]:
    with tenant_context(app, cedar.tenant_id):
        found = db.session.scalar(select(Restaurant.id).where(Restaurant.slug == "hamra"))
        db.session.rollback()
        assert found is not None
        yield found
