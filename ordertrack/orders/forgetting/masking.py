"""Taking away what orders say of their guests: one function of the schema does it, and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from ordertrack.database.session import db

_MASK = text("SELECT mask_orders(:orders)").bindparams(bindparam("orders", type_=ARRAY(Uuid)))


def mask(orders: Sequence[uuid.UUID]) -> int:
    """Part of the caller's transaction, in the entered tenant; how many of them it was done to.

    What is open and was touched within a week is left as it is.
    """
    return int(db.session.execute(_MASK, {"orders": list(orders)}).scalar_one())
