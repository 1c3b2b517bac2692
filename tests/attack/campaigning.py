"""One campaign from beginning to end: the houses, the attack, and what the database and the log say of it."""

from __future__ import annotations

from collections.abc import Callable

from attack import askers, victim
from attack.campaign import Found, attack
from attack.hostile import Quiver
from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from support.cast import House
from support.http_client import Caller
from support.server import Server


def campaign(
    settings: Settings, server: Server, make_house: Callable[..., House], requests: int, seed: int
) -> Found:
    """What so many hostile requests found on this server; the rows of the house attacked are as before."""
    target = victim.move_in(make_house, server.port)
    gang = askers.gather(make_house("Eve", ("cellar", "attic")), server.port)
    app = create_app(settings)
    quiver = Quiver(app, target.known, gang.own)
    with app.app_context():
        db.engine.dispose()
    before = victim.rows(settings.operator_url, target.house.tenant_id)
    logged = server.log.stat().st_size
    found = attack(server.port, gang, quiver, target.secrets, requests, seed)
    after = victim.rows(settings.operator_url, target.house.tenant_id)
    found.errors += [f"{name}: {was} -> {after[name]}" for name, was in before.items() if after[name] != was]
    with server.log.open("rb") as log:
        log.seek(logged)
        lines = log.read().decode("utf-8", "replace").splitlines()
    found.errors += [f"logged: {line[:300]}" for line in lines if "Traceback" in line or "] ERROR" in line]
    if Caller(server.port).call("/readyz").status != 200:
        found.errors.append("the server is not ready any more")
    return found
