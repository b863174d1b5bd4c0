"""Run by Alembic: takes the steps on the connection, and inside the transaction, that `migrate` hands over."""

from alembic import context

from monitor.store.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
