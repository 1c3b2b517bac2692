"""The API's page for people, made from the OpenAPI document."""

from ordertrack.api.reference.views import blueprint

__all__ = ["blueprint"]
