"""Text in XML, which does not know all characters."""

from __future__ import annotations

import re

__all__ = ["xml_text"]

_UNKNOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return a text with spaces for what XML 1.0 has no character for: no parser would read the document."""
    return _UNKNOWN.sub(" ", text)
