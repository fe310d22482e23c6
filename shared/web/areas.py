"""Which rows of a read model an actor may see: the areas in which it has a right, as a condition of a query.

The same answer as `authorize` gives for each row; no service writes this filter anew.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, false, func, or_, true

from shared.access.rights import Area


def within(
    areas: Sequence[Area],
    *,
    station: ColumnElement[str],
    community: ColumnElement[str | None] | ColumnElement[str],
    grid: ColumnElement[str | None] | ColumnElement[str] | None,
    assigned: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Rows in any of these areas; of those with `assigned_only`, the ones for which `assigned` holds.

    `grid` is None where no row has one, `assigned` is `false()` where nobody is assigned to any row.
    """
    return or_(false(), *(_in(area, station, community, grid, assigned) for area in areas))


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


def among(account: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether this very account is in the column; LIKE would take `GUO` for `guo` on SQLite."""
    if not account or "|" in account:
        return false()
    return func.replace(column, f"|{account}|", "") != column
