"""For the boards' tests: Cedar's program, which moves orders while people look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from boards import hands
from boards.tap_steps import set_undo
from support.cast import House


@pytest.fixture
def move(app: Flask, cedar: House) -> Callable[..., None]:
    """Have Cedar's program move an order: `move(order, OrderStatus.CONFIRMED)`."""
    return partial(hands.move, app, cedar)


@pytest.fixture
def at_once(app: Flask, cedar: House) -> None:
    """No tap is held back for undo in Hamra."""
    set_undo(app, cedar, {})
