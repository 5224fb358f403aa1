"""Ids made from content, so that the same thing has the same id everywhere."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import IO, Any

from helioscribe.domain.errors import InvalidInputError

__all__ = ["canonical_json", "content_id", "digest", "digest_stream", "plain_json"]

# Namespace of every id of the platform; changing it renames all records.
_NAMESPACE = uuid.UUID("7c2a5a0e-43a8-5f2e-9d57-5d1f1c0f4e11")
_CHUNK = 1 << 20


def canonical_json(value: Mapping[str, Any]) -> str:
    """Write a mapping as JSON; equal mappings give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plain_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a mapping as it is after being written to JSON and read again.

    Raises
    ------
    InvalidInputError
        If it holds a value that JSON does not have, such as NaN or a date.
    """
    try:
        copy: dict[str, Any] = json.loads(json.dumps(dict(value), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing="not a JSON object") from None
    return copy


def content_id(kind: str, **parts: Any) -> str:
    """Return an id made from content, such as ``det-6f1c...``.

    Parameters
    ----------
    kind
        Prefix of the id that tells people what it is the id of.
    **parts
        JSON values that identify the thing.
    """
    # Names of files may hold bytes that are no text, which Python carries as lone surrogates.
    text = (kind + canonical_json(parts)).encode("utf-8", "backslashreplace").decode()
    return f"{kind}-{uuid.uuid5(_NAMESPACE, text).hex}"


def digest(data: bytes | memoryview) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_stream(stream: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 and the length of a stream, which is read in small pieces."""
    total, state = 0, hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        state.update(chunk)
        total += len(chunk)
    return state.hexdigest(), total
