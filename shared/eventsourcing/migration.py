"""Brings a database's core tables to this release, and makes the store's head when there is none yet."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from uuid_utils import uuid7

from shared.eventsourcing.chain import GENESIS
from shared.eventsourcing.database import Database

_LOCK_ID = 72_011


def configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")


async def migrate(database: Database) -> None:
    """Safe to call from every replica at its start: one migrates, the others wait and find it done."""
    async with database.writing() as tx:
        if database.dialect == "postgresql":
            await tx.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
        await tx.run_sync(_upgrade)
        if (await tx.execute(text("SELECT count(*) FROM head"))).scalar_one() == 0:
            await tx.execute(
                text("INSERT INTO head (id, epoch, position, hash) VALUES (1, :epoch, 0, :hash)"),
                {"epoch": str(uuid7()), "hash": GENESIS},
            )
