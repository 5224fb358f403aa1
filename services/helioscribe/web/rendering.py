"""Pages from templates; whatever comes from a file or a plugin is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.web.wording import counted, moment, plain, strength

__all__ = ["render"]


def render(template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Return the page that a template makes of a context."""
    return HTMLResponse(_environment().get_template(template).render(**context), status_code=status_code)


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"utc": moment, "strength": strength, "plain": plain, "counted": counted}
    environment.globals |= {"classes": EVENT_CLASSES}
    return environment
