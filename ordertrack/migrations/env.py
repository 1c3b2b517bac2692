"""How Alembic runs here: on the operator's connection that the caller hands over."""

from alembic import context

from ordertrack.orders import models as _orders
from ordertrack.tenants import models as _tenants

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=_orders.Base.metadata, transaction_per_migration=True)
assert _tenants.Base is _orders.Base
with context.begin_transaction():
    context.run_migrations()
