"""The register of groups: which chats there are, who runs each and how many are in it."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, ColumnElement, Index, MetaData, Table, Text, false, func, select

from services.notify.domain.group import GroupRegistered, Owner, OwnerChanged
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds
from shared.web.areas import within

groups = Table(
    "groups",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("owner_person", Text, nullable=False),
    Column("owner_account", Text),
    Column("owner_name", Text),
    Column("compound", Text),
    Column("community", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("members", BigInteger, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("groups_by_position", "position"),
)


class Groups(RowProjection):
    name: ClassVar[str] = "groups"
    tables: ClassVar[tuple[Table, ...]] = (groups,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.group if isinstance(recorded.event, GroupRegistered | OwnerChanged) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        version = {"version": recorded.stored.version}
        match recorded.event:
            case GroupRegistered() as entry:
                return {
                    "id": entry.group,
                    "name": entry.name,
                    "kind": entry.kind,
                    **_owner(entry.owner),
                    "compound": entry.compound,
                    "community": entry.community,
                    "station": entry.station,
                    "members": entry.members,
                    "registered_at": microseconds(entry.registered_at),
                    "position": recorded.stored.position,
                    **version,
                }
            case OwnerChanged(owner=owner):
                return {**(row or {}), **_owner(owner), **version}
            case _:
                return None


def _owner(owner: Owner) -> dict[str, Any]:
    return {
        "owner_person": owner.person,
        "owner_account": owner.account,
        "owner_name": None if owner.name is None else owner.name.model_dump_json(),
    }


async def list_groups(
    database: Database,
    areas: Sequence[Area],
    *,
    kind: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The newest first. A group has no grid and nobody assigned to it."""
    statement = select(groups).where(_visible(areas))
    if kind is not None:
        statement = statement.where(groups.c.kind == kind)
    if before is not None:
        statement = statement.where(groups.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(groups.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def count(database: Database, areas: Sequence[Area]) -> dict[str, int]:
    """How many groups there are of each kind."""
    statement = select(groups.c.kind, func.count()).where(_visible(areas)).group_by(groups.c.kind)
    async with database.reading() as tx:
        return {kind: number for kind, number in await tx.execute(statement)}  # noqa: C416


def _visible(areas: Sequence[Area]) -> ColumnElement[bool]:
    return within(areas, station=groups.c.station, community=groups.c.community, grid=None, assigned=false())
