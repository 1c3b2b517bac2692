"""How Alembic runs here: on the operator's connection that the caller hands over."""

from alembic import context

import ordertrack.orders.models
import ordertrack.tenants.models  # noqa: F401 (the metadata holds what has been imported)
from ordertrack.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
