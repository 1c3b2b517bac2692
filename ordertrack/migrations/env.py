"""How Alembic runs here: in the transaction that the caller has begun on the operator's connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
