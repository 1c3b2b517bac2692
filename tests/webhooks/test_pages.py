"""The pages of webhooks: what managers see and change there, and nobody else."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.following import jobs
from ordertrack.overview import company
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts, audit
from ordertrack.tenants.staff import people, staff_accounts
from ordertrack.webhooks import deliveries, endpoints, known
from ordertrack.webhooks.models import Disabled
from support.cast import House, Person
from support.server import environment_of

SignIn = Callable[[Person], FlaskClient]
URL = "https://shop.example/hook?to=us"
FORM = {"url": URL, "kind": ["ready", "cancelled"], "restaurant": ["hamra"]}
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32}")


def make(client: FlaskClient, **other: object) -> str:
    """The address of an endpoint's page: they are listed as they were made."""
    page = client.post("/webhooks", data={**FORM, **other}).text
    return "/webhooks/" + re.findall(r'href="/webhooks/([0-9a-f-]{36})"', page)[-1]


def version(page: str) -> str:
    return re.findall(r'name="seen" value="(\d+)"', page)[0]


def test_an_endpoint_is_made_and_its_secret_is_shown_once(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    made = maya.post("/webhooks", data=FORM)
    (secret,) = _SECRET.findall(made.text)
    with tenant_context(app, cedar.tenant_id):
        (endpoint,) = endpoints.of(cedar.maya.principal)
        told = known.find(cedar.tenant_id, endpoint.id)
        assert told is not None and told.keys == [secret]
        assert (endpoint.url, endpoint.kinds) == (URL, ["ready", "cancelled"])
        (entry,) = audit.entries(cedar.tenant_id, audit.Wanted(kind="webhook"))
        assert entry.label == "shop.example" and "to=us" not in json.dumps(entry.after)
    for path in ("/webhooks", f"/webhooks/{endpoint.id}", "/audit"):
        shown = maya.get(path)
        assert "shop.example" in shown.text and "whsec_" not in shown.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        *(
            ({"url": url}, "url")
            for url in ("", "ftp://shop.example/", "https://a:b@shop.example/", "http://[::1]/")
        ),
        *(({"kind": kinds}, "kind") for kinds in ([], ["ready", "elsewhere"])),
        ({"restaurant": ["hamra", "nowhere"]}, "restaurant"),
    ],
)
def test_what_cannot_be_used_is_said_in_place_and_what_was_typed_stays(
    app: Flask, cedar: House, maya: FlaskClient, change: dict[str, object], field: str
) -> None:
    page = maya.post("/webhooks", data={**FORM, **change})
    assert page.status_code == 422 and f'id="problem-{field}"' in page.text
    assert ('value="ready" checked' in page.text) == (change.get("kind") != [])
    with tenant_context(app, cedar.tenant_id):
        assert endpoints.of(cedar.maya.principal) == []


def test_it_is_changed_unless_somebody_else_did_meanwhile(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    path = make(maya)
    seen = version(maya.get(path).text)
    other = {"url": "https://till.example/", "kind": ["pending"], "seen": seen}
    assert maya.post(path, data=other).status_code == 303
    stale = maya.post(path, data={**other, "url": "https://late.example/"})
    assert stale.status_code == 422 and "https://late.example/" in stale.text
    assert maya.post(f"{path}/rotate", data={"seen": seen}).status_code == 422
    with tenant_context(app, cedar.tenant_id):
        (endpoint,) = endpoints.of(cedar.maya.principal)
        assert (endpoint.url, endpoint.kinds, endpoint.restaurant_ids) == (
            "https://till.example/",
            ["pending"],
            None,
        )


def test_disabling_enabling_another_secret_and_an_end_are_each_in_the_audit(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    path = make(maya)
    assert "Disabled by somebody" in maya.post(f"{path}/disable", follow_redirects=True).text
    assert maya.post(f"{path}/replay", data={"after": ""}).status_code == 409
    assert "Disabled" not in maya.post(f"{path}/enable", follow_redirects=True).text.partition("<main")[2]
    rotated = maya.post(f"{path}/rotate", data={"seen": version(maya.get(path).text)})
    assert _SECRET.search(rotated.text) and "is good until" in rotated.text
    assert "is told nothing any more" in maya.post(f"{path}/end", follow_redirects=True).text
    assert maya.get(path).status_code == 404
    with tenant_context(app, cedar.tenant_id):
        entries = audit.entries(cedar.tenant_id, audit.Wanted(kind="webhook"))
    assert [entry.after and {**entry.after} for entry in entries][:4] == [
        None,
        {"new_webhook_secret": True},
        {"disabled": False},
        {"disabled": True},
    ]


def test_a_test_is_sent_and_shown_as_one(app: Flask, cedar: House, maya: FlaskClient) -> None:
    path = make(maya)
    assert "A test is on its way" in maya.post(f"{path}/test", follow_redirects=True).text
    with tenant_context(app, cedar.tenant_id):
        (job,) = jobs.latest(db.session.connection(), cedar.tenant_id, "webhook")
    with tenant_context(app, cedar.tenant_id):
        tried = {
            "endpoint_id": path.rpartition("/")[2],
            "seq": 0,
            "order_id": job.payload["order"],
            "kind": "test",
        }
        answered = {"status": 204, "failure": None, "excerpt": None, "next_at": None}
        deliveries.note(cedar.tenant_id, [{**tried, "milliseconds": 3, "tries": 1, **answered}])
    page = maya.get(path).text
    assert "<b>Test</b>" in page and 'href="/orders/0000' not in page
    maya.post(f"{path}/disable")
    assert maya.post(f"{path}/test").status_code == 409


def test_what_was_answered_is_shown_as_text_and_can_be_sent_again_and_replayed(
    app: Flask, cedar: House, maya: FlaskClient, place: Callable[..., uuid.UUID]
) -> None:
    order = place(cedar)
    path = make(maya)
    endpoint_id = uuid.UUID(path.rpartition("/")[2])
    tried = {"seq": 1, "order_id": order, "kind": "pending", "milliseconds": 31, "tries": 2, "next_at": None}
    with tenant_context(app, cedar.tenant_id):
        for status, failure in ((500, None), (None, "too_slow")):
            answered = {"status": status, "failure": failure, "excerpt": "<script>no()</script>"}
            deliveries.note(cedar.tenant_id, [{"endpoint_id": endpoint_id, **tried, **answered}])
    page = maya.get(path).text
    assert "&lt;script&gt;no()" in page and "<script>no()" not in page
    assert ">500</b>" in page and "No answer in time" in page and "31 ms" in page
    assert maya.post(f"{path}/again", data={"seq": "1"}).status_code == 303
    for seq in ("2", "x", "", "-1", "9" * 30):
        assert maya.post(f"{path}/again", data={"seq": seq}).status_code == 404
    assert maya.post(f"{path}/replay", data={"after": ""}).status_code == 303
    for after in ("x", "1-1", "7-99"):
        answer = maya.post(f"{path}/replay", data={"after": after})
        assert answer.status_code == 422 and f'value="{after}"' in answer.text
    with tenant_context(app, cedar.tenant_id):
        connection = db.session.connection()
        (again,) = jobs.latest(connection, cedar.tenant_id, "webhook")
        (replay,) = jobs.latest(connection, cedar.tenant_id, "webhook replay")
    assert (again.payload["seq"], replay.payload["after"], replay.payload["until"]) == (1, 0, 1)


def test_nobody_but_managers_sees_any_of_it_nor_those_of_others(
    cedar: House, rival: House, maya: FlaskClient, sign_in: SignIn
) -> None:
    path = make(maya)
    for person, refused in ((cedar.nour, 403), (cedar.karim, 403), (rival.maya, 404)):
        client = sign_in(person)
        assert client.get(path).status_code == refused
        for act in ("", "/rotate", "/disable", "/enable", "/end", "/again", "/replay"):
            assert client.post(f"{path}{act}", data=FORM).status_code == refused
    assert sign_in(cedar.nour).get("/webhooks").status_code == 403
    assert "shop.example" not in sign_in(rival.maya).get("/webhooks").text
    assert maya.get(path).status_code == 200


def test_a_manager_of_some_restaurants_sees_to_endpoints_of_these_alone(
    app: Flask, operator_app: Flask, cedar: House, maya: FlaskClient, sign_in: SignIn
) -> None:
    of_hamra = make(maya)
    of_all = "/webhooks/" + max(
        set(
            re.findall(
                r'href="/webhooks/([0-9a-f-]{36})"',
                maya.post("/webhooks", data={**FORM, "restaurant": []}).text,
            )
        )
        - {of_hamra.rpartition("/")[2]}
    )
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        member = staff_accounts.find_staff_member(tenant, cedar.karim.email)
        places = accounts.ids_of(tenant, ["hamra"])
        by = audit.operator(tenant.id)
        people.change_work(member, Role.MANAGER, places, by=by, seen=people.work_of(member))
    some = sign_in(cedar.karim)
    assert some.get(of_hamra).status_code == 200 and some.get(of_all).status_code == 404
    assert some.post("/webhooks", data={**FORM, "restaurant": []}).status_code == 422
    assert some.post("/webhooks", data={**FORM, "restaurant": ["jounieh"]}).status_code == 422
    assert some.post("/webhooks", data=FORM).status_code == 200


def test_managers_are_told_of_one_that_nobody_disabled(app: Flask, cedar: House, maya: FlaskClient) -> None:
    path = make(maya)
    with tenant_context(app, cedar.tenant_id):
        endpoint = endpoints.find(cedar.maya.principal, uuid.UUID(path.rpartition("/")[2]))
        endpoints.stop(endpoint, Disabled.FAILING)
        db.session.commit()
        assert company.read(cedar.tenant_id).troubles == 1
    home = maya.get("/").text
    assert f'href="{path}"' in home and "The webhook shop.example is disabled" in home
    maya.post(f"{path}/enable")
    with tenant_context(app, cedar.tenant_id):
        assert company.read(cedar.tenant_id).troubles == 0


def test_the_command_makes_lists_rotates_and_ends(settings: Settings, cedar: House) -> None:
    environment = environment_of(settings, settings.data_folder)

    def run(*arguments: str) -> str:
        answer = CliRunner().invoke(cli, ["webhook", *arguments, "--tenant", cedar.slug], env=environment)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    made = json.loads(run("create", "--url", URL, "--kind", "ready", "--restaurant", "hamra", "--json"))
    assert _SECRET.fullmatch(made["secret"])
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["id"], listed["url"], listed["kinds"]) == (made["id"], URL, ["ready"])
    rotated = json.loads(run("rotate", "--id", made["id"], "--json"))
    assert _SECRET.fullmatch(rotated["secret"]) and rotated["secret"] != made["secret"]
    run("end", "--id", made["id"])
    assert json.loads(run("list", "--json")) == []
    refused = CliRunner().invoke(
        cli, ["webhook", "create", "--tenant", cedar.slug, "--url", "http://127.0.0.1/"], env=environment
    )
    assert refused.exit_code == 1 and "no public address" in refused.output
