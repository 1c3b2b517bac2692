"""The addresses that providers call: what became of messages, and what guests answered."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from ordertrack.database.config import Settings as House
from ordertrack.database.session import enter_tenant
from ordertrack.i18n import phones
from ordertrack.messages import providers, reports, stops
from ordertrack.messages.providers import Reported
from ordertrack.messages.sms import twilio
from ordertrack.messages.transports import Settings, Way
from ordertrack.messages.whatsapp import reports as whatsapp
from ordertrack.messages.whatsapp.reports import Report
from ordertrack.web import request_limits

blueprint = Blueprint("message_hooks", __name__)
_LONGEST = 500_000  # bytes of what is reported
_NOTHING_TO_ANSWER = "<?xml version='1.0' encoding='UTF-8'?><Response></Response>"


@blueprint.get("/hooks/messages/<hook>")
def verify(hook: str) -> ResponseReturnValue:
    """WhatsApp asks once whether the address is meant to be called. Query: `hub.mode`, `hub.challenge`."""
    reported, settings = _of(hook)
    challenge = None
    if reported.way == Way.WHATSAPP:
        challenge = whatsapp.challenge(request.args, settings["verify_token"])
    if challenge is None:
        abort(403)
    return Response(challenge, content_type="text/plain; charset=utf-8")


@blueprint.post("/hooks/messages/<hook>")
def report(hook: str) -> ResponseReturnValue:
    """What Twilio posts as a form, WhatsApp as JSON, and any other provider as a form with `from` and `text`.

    403: it is not signed as it should be. Everything else was taken.
    """
    request.max_content_length = _LONGEST
    reported, settings = _of(hook)
    if reported.way == Way.WHATSAPP:
        return _from_whatsapp(reported, settings)
    if settings["provider"] == "twilio":
        return _from_twilio(reported, settings)
    return _from_another(reported)


def _of(hook: str) -> tuple[Reported, Settings]:
    """Whose address it is, whose tenant is entered then; 404 for nobody's."""
    reported = providers.of_hook(hook) if len(hook) < 100 and hook.isascii() else None
    if reported is None:
        request_limits.count_address("hook")
        abort(404)
    enter_tenant(reported.tenant_id)
    held = providers.of_tenant(reported.tenant_id).get(reported.way)
    if held is None:
        abort(404)
    return reported, held.settings


def _from_twilio(reported: Reported, settings: Settings) -> ResponseReturnValue:
    form = [(name, value) for name in request.form for value in request.form.getlist(name)]
    signature = request.headers.get("X-Twilio-Signature", "")
    if not twilio.is_signed(settings["token"], _address_called(), form, signature):
        abort(403)
    state = twilio.state_of(request.form.get("MessageStatus", ""))
    if state is not None:
        code = request.form.get("ErrorCode", "")
        reports.note(
            reported.tenant_id,
            reported.way,
            request.args.get("message", ""),
            request.form.get("MessageSid", ""),
            state,
            code[:300] or None,
        )
    elif "Body" in request.form:
        _heed(reported, request.form.get("From", ""), request.form["Body"])
    return Response(_NOTHING_TO_ANSWER, content_type="text/xml; charset=utf-8")


def _from_whatsapp(reported: Reported, settings: Settings) -> ResponseReturnValue:
    body = request.get_data(cache=False)
    if not whatsapp.is_signed(settings["app_secret"], body, request.headers.get("X-Hub-Signature-256", "")):
        abort(403)
    for said in whatsapp.read(body):
        if isinstance(said, Report):
            reports.note(
                *(reported.tenant_id, reported.way, said.message_id, said.reference, said.state, said.why)
            )
        else:
            _heed(reported, said.address, said.text)
    return "", 200


def _from_another(reported: Reported) -> ResponseReturnValue:
    """It is not signed: whoever knows the address may say that a number wants none, and no more."""
    fields = request.form or request.args
    sender = next((fields[name] for name in ("from", "From", "sender", "msisdn") if name in fields), "")
    text = next((fields[name] for name in ("text", "Body", "message", "content") if name in fields), "")
    _heed(reported, sender, text)
    return "", 204


def _heed(reported: Reported, sender: str, text: str) -> None:
    number = sender if sender.startswith("+") else f"+{sender.removeprefix('00')}"
    address = phones.read(number, None).e164
    if address is not None:
        stops.heed(reported.tenant_id, address, reported.way, text[:200])


def _address_called() -> str:
    """As the provider knows it: behind a proxy it is another than what arrives here."""
    house: House = current_app.config["SETTINGS"]
    if not house.public_url:
        return request.url
    query = request.query_string.decode("ascii", "replace")
    return house.public_url + request.path + (f"?{query}" if query else "")
