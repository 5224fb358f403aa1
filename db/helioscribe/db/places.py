"""Parts of the Sun as SQL that says the same as their `holds`."""

from __future__ import annotations

from math import cos, pi, radians, sin

from sqlalchemy import ColumnElement, and_, func, literal, or_, true

from helioscribe.db.tables import events
from helioscribe.domain.places import TURNS, Frame, SearchBox, SearchCone

__all__ = ["box_clause", "cone_clause"]

Clause = ColumnElement[bool]

_DEGREE = pi / 180


def box_clause(box: SearchBox) -> Clause:
    """Return the condition that an event's box meets another."""
    column = events.c
    if box.everywhere:
        return true()
    if box.frame is Frame.HELIOPROJECTIVE:
        across, low, high = (column.hpc_x1 <= box.x2) & (column.hpc_x2 >= box.x1), column.hpc_y1, column.hpc_y2
        return and_(across, low <= box.y2, high >= box.y1)
    shift = column.hgs_meridian if box.frame is Frame.CARRINGTON else literal(0.0)
    east, west = column.hgs_x1 + shift, column.hgs_x2 + shift
    meets = or_(*((east <= box.x2 + turn) & (west >= box.x1 + turn) for turn in TURNS))
    return and_(column.hgs_y1 <= box.y2, column.hgs_y2 >= box.y1, meets)


def cone_clause(cone: SearchCone) -> Clause:
    """Return the condition that an event's mean location lies within an angle of a point."""
    column = events.c
    if cone.frame is Frame.HELIOPROJECTIVE:
        x, y = column.hpc_x - cone.x, column.hpc_y - cone.y
        return x * x + y * y <= cone.radius**2
    x, y = column.hgs_x - cone.x, column.hgs_y
    if cone.frame is Frame.CARRINGTON:
        x = x + column.hgs_meridian
    across, up = func.sin(x * (_DEGREE / 2)), func.sin((y - cone.y) * (_DEGREE / 2))
    haversine = up * up + func.cos(y * _DEGREE) * cos(radians(cone.y)) * across * across
    limit = sin(radians(min(cone.radius, 180.0)) / 2) ** 2
    return and_(column.hgs_y.between(cone.y - cone.radius, cone.y + cone.radius), haversine <= limit)
