"""A plain map of a community's grids: their polygons as paths of one SVG drawing, north up, without tiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from services.intake.domain.boundary import Boundary, shape
from services.intake.projections.areas import AreaRow, BoundaryRow

_WIDTH = 800
_MARGIN = 12


@dataclass(frozen=True, slots=True)
class Outline:
    """An area as it is drawn: its path, and where its name stands."""

    area: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Map:
    width: int
    height: int
    community: Outline | None
    grids: tuple[Outline, ...]


def drawing(found: Sequence[tuple[AreaRow, BoundaryRow]]) -> Map | None:
    """None where nothing has a boundary."""
    positions = [place for _, row in found for place in _positions(row.boundary)]
    if not positions:
        return None
    west, east = min(p[0] for p in positions), max(p[0] for p in positions)
    south, north = min(p[1] for p in positions), max(p[1] for p in positions)
    narrower = cos(radians((south + north) / 2))  # a degree of longitude, beside one of latitude
    scale = (_WIDTH - 2 * _MARGIN) / max((east - west) * narrower, (north - south) / 2, 1e-9)

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return (
            round(_MARGIN + (longitude - west) * narrower * scale, 1),
            round(_MARGIN + (north - latitude) * scale, 1),
        )

    def outline(place: AreaRow, boundary: Boundary) -> Outline:
        rings = (ring for polygon in boundary.polygons for ring in polygon)
        steps = (" ".join(f"{x} {y}" for x, y in (at(*position) for position in ring[:-1])) for ring in rings)
        inside = shape(boundary).representative_point()
        x, y = at(inside.x, inside.y)
        return Outline(place.id, place.name, " ".join(f"M {ring} Z" for ring in steps), x, y)

    drawn = [(row.kind, outline(place, row.boundary)) for place, row in found]
    _, bottom = at(west, south)
    return Map(
        _WIDTH,
        round(bottom + _MARGIN),
        next((each for kind, each in drawn if kind == "community"), None),
        tuple(each for kind, each in drawn if kind == "grid"),
    )


def _positions(boundary: Boundary) -> Iterable[tuple[float, ...]]:
    return (position for polygon in boundary.polygons for ring in polygon for position in ring)
