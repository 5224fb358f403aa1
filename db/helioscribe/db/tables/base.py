"""Helpers for the definitions of tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData

__all__ = ["column", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(name: str, kind: Any, *args: Any, null: bool = False, key: bool = False) -> Column[Any]:
    """Return a column; it cannot be null unless `null` is set."""
    return Column(name, kind, *args, nullable=null, primary_key=key)
