"""Where the calls of /api/v1 are gathered, and how each answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel

from ordertrack.api import authentication, confinement, problems

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.before_request(authentication.authenticate)
blueprint.before_request(confinement.confine)
blueprint.record_once(problems.register)


def answer(model: BaseModel, status: int = 200, headers: Mapping[str, Any] | None = None) -> Response:
    """The model as JSON, kept by nobody on the way."""
    response = Response(model.model_dump_json(by_alias=True), status, headers, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
