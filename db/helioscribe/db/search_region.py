"""Boxes and cones of a search as SQL, with the same meaning as their `holds`."""

from __future__ import annotations

from math import cos, pi, radians, sin

from sqlalchemy import ColumnElement, Double, and_, bindparam, func, literal, or_

from helioscribe.db.tables import events
from helioscribe.domain.search_region import TURNS, Frame, SearchCone

__all__ = ["box_clause", "cone_clause"]

Clause = ColumnElement[bool]

_DEGREE = pi / 180


def box_clause(frame: Frame) -> Clause:
    """Return the condition that the bounding box of an event overlaps that of the parameters `x1`, `y1`, `x2`, `y2`."""
    column = events.c
    x1, y1, x2, y2 = (bindparam(name, type_=Double[float](), required=False) for name in ("x1", "y1", "x2", "y2"))
    if frame is Frame.HELIOPROJECTIVE:
        return and_(column.hpc_x1 <= x2, column.hpc_x2 >= x1, column.hpc_y1 <= y2, column.hpc_y2 >= y1)
    shift = column.hgs_meridian if frame is Frame.CARRINGTON else literal(0.0)
    east, west = column.hgs_x1 + shift, column.hgs_x2 + shift
    meets = or_(*((east <= x2 + turn) & (west >= x1 + turn) for turn in TURNS))
    return and_(column.hgs_y1 <= y2, column.hgs_y2 >= y1, meets)


def cone_clause(cone: SearchCone) -> Clause:
    """Return the condition that the location of an event lies within the cone."""
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
