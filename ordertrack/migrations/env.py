"""How Alembic runs here: in the transaction that the caller has begun on the operator's connection."""

from alembic import context

import ordertrack.orders.models
import ordertrack.tenants.models  # noqa: F401 (the metadata holds what has been imported)
from ordertrack.database.session import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
