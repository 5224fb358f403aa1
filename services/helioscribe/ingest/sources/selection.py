"""Rows of a table by an expression such as ``EXPTIME < 2.0 and QUALITY == 0``, which is parsed and never executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["select"]

_LONGEST = 500
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

Columns = Mapping[str, NDArray[Any]]


def select(expression: str, columns: Columns) -> NDArray[np.bool_]:
    """Return which rows an expression holds for.

    Parameters
    ----------
    expression
        Comparisons of columns, numbers and texts (``<``, ``<=``, ``>``, ``>=``, ``==``, ``!=``, ``in``), joined by
        ``and``, ``or`` and ``not``. A dash in a keyword is written as an underscore: ``DATE_OBS``.
    columns
        Values by name, each of shape (n,).

    Raises
    ------
    InvalidInputError
        If the expression is no such thing, names an unknown column, or compares a text with a number.
    """
    if len(expression) > _LONGEST:
        raise InvalidInputError(f"selection: {len(expression)} letters; expected at most {_LONGEST}")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        chosen = np.asarray(_truth(tree.body, columns))
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise _refused(expression) from None
    rows = len(next(iter(columns.values()), ()))
    return np.broadcast_to(chosen, (rows,)).astype(bool)


def _refused(what: str) -> InvalidInputError:
    return InvalidInputError(f"selection {what[:80]!r}: expected such as EXPTIME < 2.0 and QUALITY == 0")


def _truth(node: ast.expr, columns: Columns) -> Any:
    match node:
        case ast.BoolOp(op=op, values=values):
            joined = np.logical_and if isinstance(op, ast.And) else np.logical_or
            parts = [_truth(value, columns) for value in values]
            result = parts[0]
            for part in parts[1:]:
                result = joined(result, part)
            return result
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return np.logical_not(_truth(operand, columns))
        case ast.Compare(left=left, ops=ops, comparators=right):
            sides = [left, *right]
            pairs = zip(sides, ops, sides[1:], strict=False)
            return np.logical_and.reduce([_compared(one, op, other, columns) for one, op, other in pairs])
        case _:
            raise _refused(ast.unparse(node))


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, columns: Columns) -> Any:
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (ast.Tuple, ast.List)):
        found = [_compared(left, ast.Eq(), item, columns) for item in right.elts]
        inside = np.logical_or.reduce(found) if found else np.zeros((), bool)
        return inside if isinstance(op, ast.In) else np.logical_not(inside)
    compare = _COMPARISONS.get(type(op))
    if compare is None:
        raise _refused(f"{ast.unparse(left)} ... {ast.unparse(right)}")
    one, other = _value(left, columns), _value(right, columns)
    if (one.dtype.kind == "U") != (other.dtype.kind == "U"):
        raise InvalidInputError(f"selection: {ast.unparse(left)} and {ast.unparse(right)}: a text and a number")
    return compare(one, other)


def _value(node: ast.expr, columns: Columns) -> NDArray[Any]:
    match node:
        case ast.Constant(value=value) if isinstance(value, (str, int, float)):
            return np.asarray(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if isinstance(value, (int, float)):
            return np.asarray(-value)
        case ast.Name(id=name) if name in columns:
            return columns[name]
        case ast.Name(id=name):
            raise InvalidInputError(f"selection: no keyword {name}; there are {', '.join(sorted(columns))[:300]}")
        case _:
            raise _refused(ast.unparse(node))
