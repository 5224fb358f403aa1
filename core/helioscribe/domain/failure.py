"""The failure ledger: every input that could not be used, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helioscribe.domain.identity import content_id

__all__ = ["Failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One input that could not be used."""

    stage: str
    """``ingest`` or ``detect``."""

    subject: str
    """Name of the file, or id of the observation and of the detector."""

    sha256: str
    """Digest of the input's bytes; empty if there were none."""

    code: str
    """Of the `HelioscribeError`."""

    message: str
    """One clear line: what was wrong, where, what was expected."""

    at: datetime
    """When it last happened."""

    job_id: str = ""
    """The job that failed, to be retried; empty if there is none."""

    @property
    def id(self) -> str:
        """One entry for each stage, input and kind of error."""
        return content_id("fail", stage=self.stage, subject=self.subject, sha256=self.sha256, code=self.code)
