"""For the API's tests: a caller with the key of Cedar."""

from __future__ import annotations

import pytest

from api.api_caller import Caller


@pytest.fixture
def cedars(app, cedar):
    return Caller(app, cedar)
