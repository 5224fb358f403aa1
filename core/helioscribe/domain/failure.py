"""Entries of the failure ledger: inputs that could not be processed, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helioscribe.domain.identity import content_id

__all__ = ["Failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One input that could not be processed."""

    stage: str
    """Kind of the job that failed, such as ``ingest`` or ``detect``."""

    subject: str
    """Name of the file, or the ids of the observation and the detector."""

    sha256: str
    """Digest of the input's bytes; empty if there were none."""

    code: str
    """Code of the `HelioscribeError`."""

    message: str
    """What was wrong, where, and what was expected, in one line."""

    at: datetime
    """Time of the last failure, UTC."""

    job_id: str = ""
    """Id of the job that failed and can be retried; empty if there is none."""

    @property
    def id(self) -> str:
        """Id, the same for the same stage, input and error code."""
        return content_id("fail", stage=self.stage, subject=self.subject, sha256=self.sha256, code=self.code)
