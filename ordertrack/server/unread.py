"""What is answered to a request that cannot be read, and so is never seen by the application."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask
from gunicorn.http import errors as unread

from ordertrack.monitoring import metrics, request_log
from ordertrack.server.incoming import NotReceived, PlaceNeeded
from ordertrack.web import errors, problem_kinds
from ordertrack.web.problems import Problem, sentence


class NoRoom(Exception):
    """As many requests are being answered as may be."""


_STATUSES: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (NoRoom, HTTPStatus.SERVICE_UNAVAILABLE),
    (PlaceNeeded, HTTPStatus.SERVICE_UNAVAILABLE),
    (NotReceived, HTTPStatus.REQUEST_TIMEOUT),
    (unread.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (unread.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (unread.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (unread.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (unread.ParseException, HTTPStatus.BAD_REQUEST),
)
_HEAD = (
    "HTTP/1.1 {status.value} {status.phrase}\r\n"
    "Content-Type: {kind}\r\n"
    "Content-Length: {length}\r\n"
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Request-Id: {request_id}\r\n"
    "{more}"
    "Connection: close\r\n\r\n"
)
_MALFORMED = (
    "The request could not be read: its first line, or one of its headers, has characters or a form that HTTP"
    " does not have."
)
_MORE = {HTTPStatus.SERVICE_UNAVAILABLE: "Retry-After: 2\r\n"}
_ASKED = "/", "/api/"  # a page, a call


def status_of(error: BaseException) -> HTTPStatus:
    """What is wrong with the request; 500 where it is not the request that is wrong."""
    if isinstance(error, unread.InvalidResponseHeader | unread.InvalidResponseHeaderName):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    found = (status for kind, status in _STATUSES if isinstance(error, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def _said(status: HTTPStatus) -> str:
    return _MALFORMED if status == HTTPStatus.BAD_REQUEST else sentence(status)


class Refusals:
    """The refusals, worked out beforehand: to say one costs nothing but sending it.

    In English, as who asks has not been read; a page to people, a document to programs.
    """

    def __init__(self, app: Flask) -> None:
        self._said: dict[tuple[HTTPStatus, bool], tuple[str, bytes]] = {}
        for status in {HTTPStatus.INTERNAL_SERVER_ERROR, *(status for _, status in _STATUSES)}:
            for is_call, path in enumerate(_ASKED):
                with app.test_request_context(path):
                    answer = errors.refusal(Problem(status, _said(status)))
                    self._said[status, bool(is_call)] = answer.content_type, answer.get_data()

    def answer(self, error: BaseException, beginning: bytes, address: str | None) -> bytes:
        """What to send to whoever began like this; it is logged as any answer is."""
        status, request_id = status_of(error), request_log.new_id()
        method, _, path = beginning.partition(b" ")
        kind, body = self._said[status, path.startswith(b"/api/")]
        metrics.refusals.labels(problem_kinds.of_status(status)).inc()
        request_log.log_request(
            {"REMOTE_ADDR": address}, status, 0, request_id, route=None, why=type(error).__name__
        )
        head = _HEAD.format(
            status=status, kind=kind, length=len(body), request_id=request_id, more=_MORE.get(status, "")
        )
        return head.encode() if method == b"HEAD" else head.encode() + body
