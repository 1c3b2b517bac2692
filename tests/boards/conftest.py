"""For the boards' tests: Cedar's program, which moves orders while people look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from boards import hands
from support.cast import House


@pytest.fixture
def move(app: Flask, cedar: House) -> Callable[..., None]:
    """Have Cedar's program move an order: `move(order, OrderStatus.CONFIRMED)`."""
    return partial(hands.move, app, cedar)
