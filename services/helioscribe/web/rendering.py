"""Pages from templates; whatever comes from a file or a plugin is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helioscribe.domain.event import EVENT_CLASSES, concept_of
from helioscribe.runtime.wording import counted, lasting, looks, moment, places, plain, progress, short, strength, work
from helioscribe.web.pictures import Picture

__all__ = ["render", "shown"]


def render(template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Return the page that a template makes of a context."""
    return HTMLResponse(_environment().get_template(template).render(**context), status_code=status_code)


def shown(picture: Picture, *, seconds: int = 60) -> Response:
    """Return a picture as an answer that a browser keeps for a while: a new run may change scores and events."""
    kept = {"Cache-Control": f"private, max-age={seconds}"}
    return Response(picture.data, media_type=picture.media_type, headers=kept)


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
    environment.filters |= {
        "utc": moment,
        "short": short,
        "strength": strength,
        "plain": plain,
        "counted": counted,
        "lasting": lasting,
        "work": work,
        "progress": progress,
        "places": places,
        "looks": looks,
    }
    environment.globals |= {"classes": {code: concept_of(code) for code in EVENT_CLASSES}}
    return environment
