"""A restaurant of the cast, inside its tenant."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from support.cast import House


@pytest.fixture
def hamra(app: Flask, cedar: House, hamra: uuid.UUID) -> Iterator[uuid.UUID]:
    with tenant_context(app, cedar.tenant_id):
        yield hamra
