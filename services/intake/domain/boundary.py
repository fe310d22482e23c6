"""A boundary (边界) of a grid or community: polygons as in GeoJSON (RFC 7946), and what makes one wrong.

Positions are longitude and latitude on WGS-84. Outer rings run counterclockwise, holes clockwise (RFC 7946, 3.1.6).
"""

from collections.abc import Iterable
from math import cos, radians
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, Field
from shapely import MultiPolygon, Polygon, STRtree, is_valid_reason
from shapely.geometry.polygon import LinearRing

from shared.eventsourcing.decider import Code, Refusal, sentence

Position: TypeAlias = Annotated[tuple[float, ...], Field(min_length=2, max_length=2)]
"""Longitude and latitude."""
Ring: TypeAlias = tuple[Position, ...]
Shape: TypeAlias = Any
"""A geometry of shapely, which has no types."""

METRES_PER_DEGREE: Final = 111_195.0
"""Of latitude, on the mean sphere: areas are told as "about"."""
SLIVER_METRES: Final = 0.5
"""Two drawings of one line, rounded apart, leave a strip; narrower than this it is no overlap."""


class Boundary(BaseModel, frozen=True):
    """The outline of an area: the coordinates of a GeoJSON MultiPolygon, each polygon's outer ring before its holes."""

    polygons: tuple[tuple[Ring, ...], ...]


class NoPolygon(Refusal):
    say = sentence("The boundary of {area} is empty. Draw at least one polygon, or leave it out.")


class RingTooShort(Refusal):
    say = sentence("Ring {ring} of {area} has {positions} positions; a ring has at least four, the last as the first.")


class RingNotClosed(Refusal):
    say = sentence(
        "Ring {ring} of {area} is not closed: it begins at {first} and ends at {last}. Repeat the first there."
    )


class NoPlaceOnEarth(Refusal):
    say = sentence(
        "{position} in the boundary of {area} is no longitude and latitude: longitude comes first, -180 to 180, then "
        "latitude, -90 to 90. Perhaps the two are exchanged."
    )


class RingCrossesItself(Refusal):
    say = sentence(
        "The boundary of {area} is not valid near {near}: {fault}. Draw it without crossing or touching itself."
    )


class WrongRingOrder(Refusal):
    say = sentence(
        "Ring {ring} of {area} runs the wrong way: outer rings run counterclockwise and holes clockwise (RFC 7946, "
        "3.1.6). Reverse it."
    )


class OutsideCommunity(Refusal):
    say = sentence(
        "From {day} on, about {square_metres} m² of grid {grid} would lie outside community {community}, near {near}. "
        "Draw the grid within the community, or the community's boundary first."
    )


class GridsOverlap(Refusal):
    say = sentence(
        "From {day} on, grid {grid} would overlap grid {other} by about {square_metres} m², near {near}. Departments "
        "work with one set of grids: move the one or the other to the shared line."
    )


class OverlapsAnotherCommunity(Refusal):
    say = sentence(
        "From {day} on, grid {grid} would overlap grid {other} of community {community} by about {square_metres} m², "
        "near {near}. Agree on the line with that community."
    )


_VALID: Final = "Valid Geometry"
Fault: TypeAlias = Literal["crossing", "hole", "nested", "other"]
_FAULTS: Final[tuple[tuple[str, Fault], ...]] = (
    ("Self-intersection", "crossing"),
    ("Ring Self-intersection", "crossing"),
    ("Hole lies outside shell", "hole"),
    ("Holes are nested", "hole"),
    ("Interior is disconnected", "hole"),
    ("Nested shells", "nested"),
    ("Duplicate Rings", "nested"),
)
FAULTS: Final = {
    "crossing": sentence("a line crosses or touches itself"),
    "hole": sentence("a hole lies wrong"),
    "nested": sentence("polygons lie within one another"),
    "other": sentence("the shape is not valid"),
}


def check(area: str, boundary: Boundary) -> None:
    """Raises the first thing that is wrong with this boundary by itself."""
    if not boundary.polygons:
        raise NoPolygon(area=area)
    number = 0
    for polygon in boundary.polygons:
        if not polygon:
            raise NoPolygon(area=area)
        for index, ring in enumerate(polygon):
            number += 1
            _check_ring(area, number, ring, outer=index == 0)
    fault = is_valid_reason(shape(boundary))
    if fault != _VALID:
        raise _invalid(area, fault)


def _check_ring(area: str, number: int, ring: Ring, *, outer: bool) -> None:
    if len(ring) < 4:
        raise RingTooShort(ring=number, area=area, positions=len(ring))
    for longitude, latitude in ring:
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise NoPlaceOnEarth(position=_told(longitude, latitude), area=area)
    if ring[0] != ring[-1]:
        raise RingNotClosed(ring=number, area=area, first=_told(*ring[0]), last=_told(*ring[-1]))
    fault = is_valid_reason(Polygon(ring))
    if fault != _VALID:
        raise _invalid(area, fault)
    if bool(LinearRing(ring).is_ccw) is not outer:
        raise WrongRingOrder(ring=number, area=area)


def _invalid(area: str, reason: str) -> RingCrossesItself:
    said, _, place = reason.partition("[")
    kind = next((fault for words, fault in _FAULTS if said.startswith(words)), "other")
    near = ", ".join(f"{float(each):.6f}" for each in place.rstrip("]").split()) or "?"
    return RingCrossesItself(area=area, near=near, fault=Code(FAULTS[kind]))


def shape(boundary: Boundary) -> Shape:
    return MultiPolygon([(polygon[0], polygon[1:]) for polygon in boundary.polygons])


def square_metres(of: Shape) -> int:
    """The area, as on a sphere: good to half a percent for anything as small as a community."""
    return int(of.area * METRES_PER_DEGREE**2 * cos(radians(of.centroid.y)) + 0.5)


def near(of: Shape) -> str:
    """A place within, as longitude and latitude."""
    point = of.representative_point()
    return _told(point.x, point.y)


def common(one: Shape, other: Shape) -> Shape | None:
    """The ground that both have; None where that is nothing, or a strip that rounding left."""
    return _more_than_a_sliver(one.intersection(other))


def beyond(one: Shape, other: Shape) -> Shape | None:
    """The ground of the one that is not of the other."""
    return _more_than_a_sliver(one.difference(other))


def _more_than_a_sliver(ground: Shape) -> Shape | None:
    return None if ground.buffer(-SLIVER_METRES / 2 / METRES_PER_DEGREE).is_empty else ground


def pairs(shapes: dict[str, Shape], of: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Which of these may meet another one, each pair once."""
    names = list(shapes)
    tree = STRtree([shapes[name] for name in names])
    seen: set[frozenset[str]] = set()
    for name in of:
        for index in sorted(tree.query(shapes[name])):
            other = names[index]
            if other != name and frozenset((name, other)) not in seen:
                seen.add(frozenset((name, other)))
                yield name, other


def _told(longitude: float, latitude: float) -> str:
    return f"{longitude:.6f}, {latitude:.6f}"
