"""An uploaded log is written by a server whose processes do not know the schema's owner."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from demo.simulation import orders_of
from ordertrack.database.session import tenant_context
from support.cast import House
from support.server import wait_for

LOG = """\
order,restaurant,placed,ready,completed
1,hamra,2025-04-03T18:00Z,2025-04-03T18:20Z,2025-04-03T18:40Z
"""


@pytest.mark.usefixtures("server")
def test_who_does_jobs_beside_a_server_writes_a_log(app: Flask, cedar: House, maya: FlaskClient) -> None:
    sent = {"file": (io.BytesIO(LOG.encode()), "april.csv")}
    where = maya.post("/import", data=sent, content_type="multipart/form-data").location
    wait_for(lambda: f"{where}/write" in maya.get(where).text, "what was understood", 30)
    assert maya.post(f"{where}/write", data={"seen": "1"}).status_code == 303
    wait_for(lambda: "What was written" in maya.get(where).text, "it to be written", 30)
    with tenant_context(app, cedar.tenant_id):
        assert len(orders_of(cedar.tenant_id)) == 1
