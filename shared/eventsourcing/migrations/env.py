"""Alembic's environment: runs the core tables' migrations on the connection that `migration.py` hands over."""

from alembic import context

from shared.eventsourcing.schema import core

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=core,
    version_table="core_version",
    transactional_ddl=False,  # the caller's transaction holds it all
)
context.run_migrations()
