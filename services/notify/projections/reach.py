"""Which rows of a read model an actor may see, by the areas in which it has a right."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, true

from shared.access.rights import Area


def within(
    areas: Sequence[Area],
    *,
    station: ColumnElement[str],
    community: ColumnElement[str | None],
    grid: ColumnElement[str | None],
    assigned: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Rows in any of these areas; in those of `assigned_only`, the ones for which `assigned` holds."""
    columns = {"station": station, "community": community, "grid": grid}
    return or_(
        false(),
        *(
            and_(
                true(),
                *(column == value for name, column in columns.items() if (value := getattr(area, name)) is not None),
                *((assigned,) if area.assigned_only else ()),
            )
            for area in areas
        ),
    )
