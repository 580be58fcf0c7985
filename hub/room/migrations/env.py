"""Run migrations on the connection that the journal hands over."""

from alembic import context

from hub.room.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
