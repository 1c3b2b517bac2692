"""Telling an endpoint of one entry, and what comes of its answer."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import NamedTuple

from sqlalchemy import select

from ordertrack.database.channels import ATTENTION_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.following import jobs
from ordertrack.following.jobs import Again, Done, Failed, Job, Outcome, Recorded
from ordertrack.outgoing import client
from ordertrack.outgoing.client import Answer, CallFailed
from ordertrack.webhooks import endpoints, known, signing, tries
from ordertrack.webhooks.kinds import TEST
from ordertrack.webhooks.known import Known
from ordertrack.webhooks.models import Disabled, Endpoint

SECONDS = 10.0
_EXCERPT = 500  # bytes of an answer that are kept
_GONE = 410
_HURRIES_AFTER = dt.timedelta(minutes=1)


# Of its own, so that deliveries that come out otherwise each time end together with others.
_SET_FAILING = Statement("""
    UPDATE webhook_endpoints SET failing_since = %(since)s::timestamptz
      FROM set_config('ordertrack.tenant_id', %(entered)s, true) AS made,
           set_config('synchronous_commit', 'off', true) AS kept
     WHERE tenant_id = made::uuid AND id = %(id)s::uuid
       AND (failing_since IS NULL) = (%(since)s::timestamptz IS NOT NULL)
    RETURNING id
""")


class Told(NamedTuple):
    """What came of a call: an answer, or why there is none."""

    answer: Answer | None
    failure: CallFailed | None
    milliseconds: int


def deliver(job: Job) -> Outcome | Recorded:
    """Send what the job says, signed; what was answered is to be written down."""
    endpoint_id = uuid.UUID(job.payload["endpoint"])
    endpoint = known.find(job.tenant_id, endpoint_id)
    if endpoint is None:
        return Failed("The endpoint is disabled or was ended.")
    told = _tell(endpoint, job)
    is_test = job.payload["kind"] == TEST
    outcome = _of_test(told) if is_test else _outcome(job, endpoint_id, endpoint, told)
    return Recorded(outcome, _record(job, told, outcome))


def _tell(endpoint: Known, job: Job) -> Told:
    body = job.payload["body"].encode()
    headers = {
        "content-type": "application/json",
        **signing.signed(f"evt_{job.payload['cursor']}", int(time.time()), body, endpoint.keys),
    }
    began = time.monotonic()
    answer, failure = None, None
    try:
        answer = client.send(
            "POST",
            endpoint.url,
            headers=headers,
            content=body,
            seconds=SECONDS,
            most_bytes=_EXCERPT,
            cuts=True,
            keeps=True,
        )
    except CallFailed as error:
        failure = error
    return Told(answer, failure, int((time.monotonic() - began) * 1000))


def _of_test(told: Told) -> Outcome:
    """It is sent once, and what comes of it says nothing of the endpoint's health."""
    if told.answer is None:
        return Failed(str(told.failure))
    return (Done if told.answer.is_success else Failed)(str(told.answer.status))


def _outcome(job: Job, endpoint_id: uuid.UUID, endpoint: Known, told: Told) -> Outcome:
    now = dt.datetime.now(dt.UTC)
    since = endpoint.failing_since
    if told.answer is not None and told.answer.is_success:
        if since is not None:
            _recovered(job, endpoint_id, endpoint, since, now)
        return Done(str(told.answer.status))
    said = str(told.answer.status) if told.answer is not None else str(told.failure)
    if told.answer is not None and told.answer.status == _GONE:
        _stop(job.tenant_id, endpoint_id, Disabled.GONE)
        return Failed(said)
    if since is None:
        _set_failing(job.tenant_id, endpoint_id, endpoint, now)
    elif now - since >= tries.FAILS_FOR:
        _stop(job.tenant_id, endpoint_id, Disabled.FAILING)
        return Failed(said)
    wait = tries.before_next(job.tries, told.answer.headers if told.answer else {}, now)
    return Failed(said) if wait is None else Again(wait, said)


def _recovered(
    job: Job, endpoint_id: uuid.UUID, endpoint: Known, since: dt.datetime, now: dt.datetime
) -> None:
    """It answers again: what waits for it is not kept waiting for hours."""
    _set_failing(job.tenant_id, endpoint_id, endpoint, None)
    if now - since >= _HURRIES_AFTER:
        jobs.hurry(db.session.connection(), job.tenant_id, job.destination)
        notify(ATTENTION_CHANNEL, str(job.tenant_id))


def _stop(tenant_id: uuid.UUID, endpoint_id: uuid.UUID, why: Disabled) -> None:
    endpoint = db.session.scalar(
        select(Endpoint)
        .where(Endpoint.tenant_id == tenant_id, Endpoint.id == endpoint_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if endpoint is not None:
        endpoints.stop(endpoint, why)
    known.forget(endpoint_id)


def _set_failing(
    tenant_id: uuid.UUID, endpoint_id: uuid.UUID, endpoint: Known, since: dt.datetime | None
) -> None:
    """Since when it has failed, if it is not known already; or that it does no more."""
    endpoint.failing_since = since
    _SET_FAILING.rows(entered=str(tenant_id), id=endpoint_id, since=since)


def _record(job: Job, told: Told, outcome: Outcome) -> jobs.Record:
    next_at = None
    if isinstance(outcome, Again):
        next_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=outcome.after_seconds)
    return {
        "endpoint_id": job.payload["endpoint"],
        "seq": job.payload["seq"],
        "order_id": job.payload["order"],
        "kind": job.payload["kind"],
        "milliseconds": told.milliseconds,
        "tries": job.tries,
        "status": told.answer.status if told.answer else None,
        "failure": told.failure.why.value if told.failure else None,
        "excerpt": _excerpt(told),
        "next_at": next_at,
    }


def _excerpt(told: Told) -> str | None:
    if told.answer is None:
        text = str(told.failure)[:_EXCERPT].encode("utf-8", "replace").decode()
    else:
        text = told.answer.body.decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text) or None
