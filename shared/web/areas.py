"""Which rows of a read model an actor may see: the areas in which it has a right, as a condition of a query.

The same answer as `authorize` gives for each row; no service writes this filter anew.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from shared.access.rights import Area


def within(
    areas: Sequence[Area],
    *,
    station: ColumnElement[str],
    community: ColumnElement[str | None] | ColumnElement[str],
    grid: ColumnElement[str | None] | ColumnElement[str] | None,
    assigned: ColumnElement[bool],
    about: ColumnElement[str] | None = None,
    level: ColumnElement[str] | None = None,
) -> ColumnElement[bool]:
    """Rows in any of these areas; of those with `assigned_only`, the ones for which `assigned` holds.

    `grid` is None where no row has one, `assigned` is `false()` where nobody is assigned to any row. `about` holds the
    marks of whom a row complains of, as `listed` writes them, and `level` with whom it lies; None for both where no row
    can be a complaint.
    """
    reached = (_in(area, station, community, grid, assigned) for area in areas)
    if about is None or level is None:
        return or_(false(), *reached)
    return or_(
        false(),
        *(
            and_(condition, _given_to(area, assigned, level), _apart(area, station, about))
            for area, condition in zip(areas, reached, strict=True)
        ),
    )


def _given_to(area: Area, assigned: ColumnElement[bool], level: ColumnElement[str]) -> ColumnElement[bool]:
    """A complaint lies with the level above whomever it is about, and with whom that level assigns to it."""
    if area.station is None or area.assigned_only:
        return true()
    return or_(level.in_(["desk", "station"] if area.leads else ["desk"]), assigned)


def _apart(area: Area, station: ColumnElement[str], about: ColumnElement[str]) -> ColumnElement[bool]:
    """No row that complains of the actor itself, by name or by the post at the row's station."""
    own = (
        among(mark, about) if at is None else and_(station == at, among(mark, about))
        for at, mark in sorted(area.apart, key=str)
    )
    return and_(true(), *(not_(condition) for condition in own))


def _in(
    area: Area,
    station: ColumnElement[str],
    community: ColumnElement[str | None] | ColumnElement[str],
    grid: ColumnElement[str | None] | ColumnElement[str] | None,
    assigned: ColumnElement[bool],
) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if area.station is not None:
        conditions.append(station == area.station)
    if area.community is not None:
        conditions.append(community == area.community)
    if area.grid is not None:
        conditions.append(false() if grid is None else grid == area.grid)
    if area.assigned_only:
        conditions.append(assigned)
    return and_(*conditions)


def listed(accounts: Iterable[str]) -> str:
    """Several accounts in one column, for `among`."""
    return "".join(f"|{account}|" for account in sorted(set(accounts)))


def named(column: str) -> frozenset[str]:
    """What `listed` wrote."""
    return frozenset(filter(None, column.split("|")))


def among(account: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether this very account is in the column; LIKE would take `GUO` for `guo` on SQLite."""
    if not account or "|" in account:
        return false()
    return func.replace(column, f"|{account}|", "") != column
