"""What a training job leaves behind while it runs: rows of metrics, checkpoints, files; and how long it will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import TERMINAL, Job

__all__ = ["EntryKind", "RunEntry", "TrainingOrder", "TrainingStatus", "epochs_of", "file_of", "time_left"]

_LOOK_BACK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOrder:
    """What shall be trained. The same order is the same job."""

    detector: str
    """Whose model."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings that differ from the program's."""

    dataset: str = ""
    """Id of a dataset version; empty if the program can do without."""

    device: str = "auto"
    """``auto``, ``cpu`` or ``cuda``."""

    title: str = ""
    """For people."""

    measure: str = ""
    """Version to measure on the model's benchmark, instead of training one."""


class EntryKind(StrEnum):
    """What an entry of a training job's log is."""

    BEGIN = "begin"
    """A worker began, or went on; one an attempt."""

    EPOCH = "epoch"
    """An epoch ended: its metrics, and the checkpoint from which another worker can go on."""

    METRIC = "metric"
    """A number that a script reported."""

    FILE = "file"
    """A file of the run lies in the artifact store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One line of the append-only log of a training job. Kind, name and step are unique: who says so again is ignored.

    Raises
    ------
    InvalidInputError
        If the step is negative.
    """

    kind: EntryKind
    """What it is."""

    name: str = ""
    """Of the metric or file."""

    step: int = 0
    """Epoch or step, from 1; attempt for `EntryKind.BEGIN`."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Metrics by name, or facts of a beginning."""

    key: str = ""
    """Artifact key of the checkpoint or file."""

    number: int = 0
    """Place in the log, from 1; given by the log."""

    at: datetime | None = None
    """When it was appended, UTC; given by the log."""

    def __post_init__(self) -> None:
        if self.step < 0:
            raise InvalidInputError(f"{self.kind.value} entry: expected a step of at least 0, got {self.step}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStatus:
    """A training job as one watches it."""

    job: Job
    """Where the work stands."""

    entries: tuple[RunEntry, ...] = ()
    """What is new in its log."""

    time_left: float | None = None
    """Estimate from the last epochs [s]; None where nothing is known yet."""


def epochs_of(entries: Sequence[RunEntry]) -> list[RunEntry]:
    """Return the epochs of a log, in order."""
    return sorted((entry for entry in entries if entry.kind is EntryKind.EPOCH), key=lambda entry: entry.step)


def file_of(entries: Sequence[RunEntry], name: str) -> RunEntry | None:
    """Return the newest entry of a file; None if there is none."""
    found = [entry for entry in entries if entry.kind is EntryKind.FILE and entry.name == name]
    return max(found, key=lambda entry: entry.number, default=None)


def time_left(job: Job, entries: Sequence[RunEntry]) -> float | None:
    """Estimate how long a job takes from now on, from its last epochs and its progress [s].

    The estimate is of all epochs: early stopping may end training sooner.
    """
    if job.state in TERMINAL:
        return 0.0
    epochs = epochs_of(entries)
    lasted = [float(entry.values.get("seconds", 0.0)) for entry in epochs[-_LOOK_BACK:]]
    most = int(job.payload.get("epochs", 0))
    if not lasted or most < 1:
        return None
    return sum(lasted) / len(lasted) * max(0.0, most - max(float(len(epochs)), job.progress * most))
