"""One campaign from beginning to end: the houses, the attack, and what the database and the log say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attack import askers, sieges, victim
from attack.askers import Gang
from attack.campaign import Found, attack
from attack.hostile import Quiver
from attack.victim import Victim
from ordertrack import create_app
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from support.cast import PASSWORD, House
from support.database import connect
from support.http_client import Caller
from support.server import Server


def campaign(
    settings: Settings, server: Server, make_house: Callable[..., House], requests: int, seed: int
) -> Found:
    """What so many hostile requests found on this server; the rows of the house attacked are as before."""
    target = victim.move_in(make_house, server.port)
    app, operator = create_app(settings), make_bare_app(settings, as_operator=True)
    gang = askers.gather(make_house("Eve", ("cellar", "attic")), server.port, operator)
    quiver = Quiver(app, target.known, gang.own)
    for made in (app, operator):
        with made.app_context():
            db.engine.dispose()
    before = _rows(settings, target, gang)
    logged = server.log.stat().st_size
    found = Found()
    sieges.lay(server.port, gang.house, gang.own["token"][0], target, requests, found)
    attack(server.port, gang, quiver, target.secrets, requests - found.requests, seed, found)
    after = _rows(settings, target, gang)
    found.errors += [f"{name}: {was} -> {after[name]}" for name, was in before.items() if after[name] != was]
    if not target.may_sign_in(server.port):
        found.errors.append("who had signed in before on their device is kept out")
    with server.log.open("rb") as log:
        log.seek(logged)
        _read_log(log.read().decode("utf-8", "replace"), target, gang, found)
    if Caller(server.port).call("/readyz").status != 200:
        found.errors.append("the server is not ready any more")
    return found


def _rows(settings: Settings, target: Victim, gang: Gang) -> dict[str, str]:
    """Those of the house attacked, hashed; and the attackers' owner, whom none of them may change."""
    with connect(settings.operator_url) as connection:
        query = "SELECT each::text FROM staff_members AS each WHERE id = %s"
        ((owner,),) = connection.execute(query, [gang.owner]).fetchall()
    return victim.rows(settings.operator_url, target.house.tenant_id) | {"the owner": owner}


def _read_log(log: str, target: Victim, gang: Gang, found: Found) -> None:
    lines = log.splitlines()
    found.errors += [f"logged: {line[:300]}" for line in lines if "Traceback" in line or "] ERROR" in line]
    found.leaks += [f"logged: a secret: {each[:6]}..." for each in _secrets(target, gang) if each in log]


def _secrets(target: Victim, gang: Gang) -> Iterator[str]:
    """What stands in no log."""
    yield PASSWORD
    yield from (target.house.key, *target.tokens, gang.house.key, *gang.own["token"])
    for asker in gang.askers:
        if "Cookie" in asker.headers and "forged" not in asker.headers["Cookie"]:
            yield asker.headers["Cookie"].partition("=")[2]
