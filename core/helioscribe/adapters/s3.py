"""Artifacts in a bucket of any server that speaks S3. Only plain calls are used: put, get, stat, list, delete."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.ports.artifacts import check_key, read_all

__all__ = ["BucketArtifacts", "open_bucket"]

_PART = 16 << 20
_IN_MEMORY = 64 << 20
_CHUNK = 1 << 20
_ABSENT = ("NoSuchKey", "NoSuchBucket", "NoSuchObject")


def open_bucket(url: str) -> BucketArtifacts:
    """Open ``s3://key:secret@host:port/bucket?secure=0``; the bucket is made if it is missing.

    Raises
    ------
    InvalidInputError
        If the URL is not of that form.
    UnavailableError
        If the server does not answer.
    """
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if not parts.hostname or not bucket or "/" in bucket or not parts.username or parts.password is None:
        raise InvalidInputError("not a bucket's address; expected s3://key:secret@host:port/bucket?secure=1")
    secure = parse_qs(parts.query).get("secure", ["1"])[0] not in ("0", "false", "no")
    address = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    client = Minio(address, unquote(parts.username), unquote(parts.password), secure=secure, region="us-east-1")
    with _available(f"bucket {bucket}"):
        try:
            if not client.bucket_exists(bucket):
                _make(client, bucket)
        except ValueError as error:
            raise InvalidInputError.wrap(error, doing="the bucket's address") from None
    return BucketArtifacts(client, bucket)


def _make(client: Any, bucket: str) -> None:
    try:
        client.make_bucket(bucket)
    except S3Error as error:
        if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):  # another process was quicker
            raise


class BucketArtifacts:
    """One object a key.

    Parameters
    ----------
    client
        A `minio.Minio`.
    bucket
        Name of an existing bucket.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """See `ArtifactStore.put`."""
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        length = len(data) if isinstance(data, bytes) else -1
        with _available(f"artifact {key}"):
            self._client.put_object(self._bucket, check_key(key), stream, length, part_size=_PART)

    def get(self, key: str, *, limit: int | None = None) -> bytes:
        """See `ArtifactStore.get`."""
        with self.open(key) as stream:
            return read_all(stream, key, limit)

    def open(self, key: str) -> BinaryIO:
        """See `ArtifactStore.open`. All bytes are fetched at once, so that no connection stays open."""
        spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the caller closes it
        with _available(f"artifact {key}"):
            answer = self._client.get_object(self._bucket, check_key(key))
            try:
                for chunk in answer.stream(_CHUNK):
                    spool.write(chunk)
            finally:
                answer.close()
                answer.release_conn()
        spool.seek(0)
        return cast("BinaryIO", spool)

    def size(self, key: str) -> int:
        """See `ArtifactStore.size`."""
        with _available(f"artifact {key}"):
            return int(self._client.stat_object(self._bucket, check_key(key)).size)

    def exists(self, key: str) -> bool:
        """See `ArtifactStore.exists`."""
        try:
            self.size(key)
        except NotFoundError:
            return False
        return True

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `ArtifactStore.keys`."""
        with _available("listing artifacts"):
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield found.object_name

    def delete(self, key: str) -> None:
        """See `ArtifactStore.delete`."""
        with _available(f"artifact {key}"):
            self._client.remove_object(self._bucket, check_key(key))

    def url(self, key: str) -> str:
        """See `ArtifactStore.url`. It contains no credentials."""
        return f"s3://{self._bucket}/{check_key(key)}"


@contextmanager
def _available(what: str) -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in _ABSENT:
            raise NotFoundError(f"no {what}") from None
        raise UnavailableError(f"{what}: the S3 server answered {error.code}") from None
    except (MinioException, HTTPError, OSError) as error:
        raise UnavailableError(f"{what}: the S3 server does not answer ({type(error).__name__})") from None
