"""Run by Alembic: migrate over the connection that `helioscribe.db.migrate` holds."""

from alembic import context

from helioscribe.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
