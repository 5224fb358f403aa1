"""Orders of trainings, and the log that a training job writes: metrics, checkpoints and files."""

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
    """An order to train a model. The same order is the same job."""

    detector: str
    """Id of the detector whose model is trained."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings that differ from the defaults of the training program."""

    dataset: str = ""
    """Id of the dataset version; empty if the program needs none."""

    device: str = "auto"
    """Device: ``auto``, ``cpu`` or ``cuda``."""

    title: str = ""
    """Title of the training, for people."""

    measure: str = ""
    """If set, this version is measured on the model's benchmark and nothing is trained."""


class EntryKind(StrEnum):
    """Kind of an entry in the log of a training job."""

    BEGIN = "begin"
    """An attempt began."""

    EPOCH = "epoch"
    """An epoch ended: its metrics, and the checkpoint with which another worker can continue."""

    METRIC = "metric"
    """A number that a script reported."""

    FILE = "file"
    """A file of the run is in the artifact store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One entry in the log of a training job. An entry with the kind, name and step of an earlier one is ignored.

    Raises
    ------
    InvalidInputError
        If the step is negative.
    """

    kind: EntryKind
    """Kind of the entry."""

    name: str = ""
    """Name of the metric or file."""

    step: int = 0
    """Number of the epoch or step, from 1; for `EntryKind.BEGIN` that of the attempt."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Metrics by name; for `EntryKind.BEGIN` facts about the attempt."""

    key: str = ""
    """Artifact key of the checkpoint or file; empty if there is none."""

    number: int = 0
    """Number of the entry, from 1; set by the log."""

    at: datetime | None = None
    """Time at which it was appended, UTC; set by the log."""

    def __post_init__(self) -> None:
        if self.step < 0:
            raise InvalidInputError(f"{self.kind.value} entry: expected a step of at least 0, got {self.step}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStatus:
    """The state of a training job with new entries of its log."""

    job: Job
    """The job."""

    entries: tuple[RunEntry, ...] = ()
    """New entries of the log."""

    time_left: float | None = None
    """Estimated time until the end [s]; None before the first epoch has ended."""


def epochs_of(entries: Sequence[RunEntry]) -> list[RunEntry]:
    """Return the entries of epochs, in order of the epochs."""
    return sorted((entry for entry in entries if entry.kind is EntryKind.EPOCH), key=lambda entry: entry.step)


def file_of(entries: Sequence[RunEntry], name: str) -> RunEntry | None:
    """Return the last entry of a file of that name; None if there is none."""
    found = [entry for entry in entries if entry.kind is EntryKind.FILE and entry.name == name]
    return max(found, key=lambda entry: entry.number, default=None)


def time_left(job: Job, entries: Sequence[RunEntry]) -> float | None:
    """Estimate the time until a training job ends [s], from the duration of its last epochs.

    All epochs of the settings are counted, although early stopping may end the training sooner. None if no epoch has
    ended.
    """
    if job.state in TERMINAL:
        return 0.0
    epochs = epochs_of(entries)
    lasted = [float(entry.values.get("seconds", 0.0)) for entry in epochs[-_LOOK_BACK:]]
    most = int(job.payload.get("epochs", 0))
    if not lasted or most < 1:
        return None
    return sum(lasted) / len(lasted) * max(0.0, most - max(float(len(epochs)), job.progress * most))
