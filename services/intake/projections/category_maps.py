"""The maps of sources' categories: a row for each version; what is in it stands in the map's own stream."""

from collections.abc import Hashable
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, select

from services.intake.domain.category_map import CategoryMapImported
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection

category_maps = Table(
    "category_maps",
    MetaData(),
    Column("map", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("mapped", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
)


class CategoryMaps(RowProjection):
    """A row for each version of each map."""

    name: ClassVar[str] = "category_maps"
    tables: ClassVar[tuple[Table, ...]] = (category_maps,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return (event.map, event.version) if isinstance(event, CategoryMapImported) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, CategoryMapImported), "the key is only that of imports"
        return {
            "map": event.map,
            "version": event.version,
            "name": event.name,
            "scheme": event.scheme,
            "valid_from": event.valid_from,
            "entries": len(event.entries),
            "mapped": sum(entry.category is not None for entry in event.entries),
            "position": recorded.stored.position,
        }


async def list_versions(database: Database) -> list[dict[str, Any]]:
    """Every version of every map, the newest of each first."""
    order = (category_maps.c.map, category_maps.c.version.desc())
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(select(category_maps).order_by(*order))).mappings()]
