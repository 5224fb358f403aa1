"""Names that follow from content: the same thing has the same id wherever it is met."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any, BinaryIO

from helioscribe.domain.errors import InvalidInputError

__all__ = ["canonical_json", "content_id", "digest", "digest_stream", "plain_json"]

# Namespace of every id of the platform; changing it renames all records.
_NAMESPACE = uuid.UUID("7c2a5a0e-43a8-5f2e-9d57-5d1f1c0f4e11")
_CHUNK = 1 << 20


def canonical_json(value: Mapping[str, Any]) -> str:
    """Write a mapping so that equal mappings give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plain_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a mapping as it reads after a way through JSON.

    Raises
    ------
    InvalidInputError
        If it holds what JSON cannot, such as NaN or a date.
    """
    try:
        copy: dict[str, Any] = json.loads(json.dumps(dict(value), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="not a JSON object") from None
    return copy


def content_id(kind: str, **parts: Any) -> str:
    """Id of a `kind` of thing made of `parts`, such as ``det-6f1c...``.

    Parameters
    ----------
    kind
        Short prefix that tells a reader what the id names.
    **parts
        JSON values that make the thing what it is.
    """
    # Names of files may hold bytes that are no text, which Python carries as lone surrogates.
    text = (kind + canonical_json(parts)).encode("utf-8", "backslashreplace").decode()
    return f"{kind}-{uuid.uuid5(_NAMESPACE, text).hex}"


def digest(data: bytes | memoryview) -> str:
    """Sha256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_stream(stream: BinaryIO) -> tuple[str, int]:
    """Sha256 and length of a stream, read in bounded memory."""
    total, state = 0, hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        state.update(chunk)
        total += len(chunk)
    return state.hexdigest(), total
