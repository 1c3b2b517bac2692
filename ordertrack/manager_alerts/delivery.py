"""An alert on its way to a manager: a job for each of their browsers, and one for their mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from ordertrack.database.session import db
from ordertrack.following.jobs import Again, Done, Failed, Job, NewJob, Outcome, Unknown
from ordertrack.manager_alerts.choices import Recipient
from ordertrack.manager_alerts.models import ManagerAlert
from ordertrack.manager_alerts.wording import Words
from ordertrack.push import managers, sending
from ordertrack.push.notice import Notice, Urgency
from ordertrack.push.subscription import Subscription

PUSH, MAIL = "alert_push", "alert_mail"
WORTH = dt.timedelta(hours=1)  # telling; later nobody can do anything about it
_AGAIN_AFTER = 30.0  # seconds


def jobs_of(
    alert: ManagerAlert,
    recipients: Sequence[Recipient],
    words: Mapping[str, Words],
    path: str,
    now: dt.datetime,
) -> Iterable[NewJob]:
    """What tells these people, each in their language (`words` by tag)."""
    languages = {each.staff_id: each.language for each in recipients}
    for browser in managers.of_people(alert.tenant_id, list(languages)):
        said = words[languages[browser.staff_id]]
        payload = {
            **_said(said, path, now + WORTH),
            "tag": f"alert-{alert.id}",
            "language": said.language,
            "browser": browser.digest,
        }
        service = Subscription.unsealed(browser.sealed_subscription).service
        yield NewJob(PUSH, f"alerts:{browser.digest}", f"push:{service}", payload)
    for each in recipients:
        if each.email is not None:
            payload = {**_said(words[each.language], path, now + WORTH), "staff_id": str(each.staff_id)}
            yield NewJob(MAIL, f"alerts:{each.staff_id}", MAIL, payload)


def _said(words: Words, path: str, until: dt.datetime) -> dict[str, str]:
    return {"title": words.title, "body": words.body, "path": path, "until": until.isoformat()}


def push(job: Job) -> Outcome:
    """Work of a PUSH job."""
    said = job.payload
    browser = managers.find(job.tenant_id, said["browser"])
    if browser is None:
        return Done("signed out, or taken back")
    notice = Notice(
        said["title"],
        said["body"],
        said["tag"],
        said["path"],
        said["language"],
        dt.datetime.fromisoformat(said["until"]),
        Urgency.HIGH,
    )
    told = Subscription.unsealed(browser.sealed_subscription)
    answer = sending.send(job.tenant_id, told, browser.site, notice)
    if answer.outcome == sending.Outcome.GONE:
        managers.end(job.tenant_id, said["browser"])
        db.session.commit()
    return _outcome(answer)


def _outcome(answer: sending.Answer) -> Outcome:
    if answer.outcome == sending.Outcome.LATER:
        return Again(answer.after or _AGAIN_AFTER, answer.note)
    if answer.outcome == sending.Outcome.UNKNOWN:
        return Unknown(answer.note)
    return Failed(answer.note) if answer.outcome == sending.Outcome.REFUSED else Done(answer.note)
