"""Model cards, and the roles that versions of a model have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from helioscribe.domain.identity import canonical_json, digest

__all__ = [
    "CANVAS",
    "Alias",
    "AliasChange",
    "ModelCard",
    "ModelFile",
    "TensorSpec",
    "holder_at",
    "sidelined",
    "weights_digest",
]


CANVAS = ("Context", "Beneficence", "Non-maleficence", "Privacy", "Fairness", "Sustainability", "Empowerment")
"""Headings of an ethics canvas, those that the authors of the jet detector (EPFL with ESA) used."""


class Alias(StrEnum):
    """Roles that a version of a model may have."""

    CHAMPION = "champion"
    """Its events are the catalogue's."""

    CHALLENGER = "challenger"
    """Candidate for the next champion."""

    SHADOW = "shadow"
    """Runs beside the champion; its detections do not become events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """Name, type and shape of a tensor."""

    name: str
    """Name in the graph."""

    dtype: str
    """Numpy's name of the type, such as ``float32``."""

    shape: tuple[int | str, ...]
    """For each axis its length, or the name of an axis of variable length such as ``batch``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model: a graph (ONNX) or fitted arrays (safetensors)."""

    key: str
    """Artifact key."""

    sha256: str
    """Digest of the bytes, which is checked whenever the file is loaded."""

    format: str
    """``onnx`` or ``safetensors``."""

    inputs: tuple[TensorSpec, ...] = ()
    """Inputs of a graph; empty for arrays."""

    outputs: tuple[TensorSpec, ...] = ()
    """Outputs of a graph; empty for arrays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One version of a detector's model. Its files are never used together with those of another version."""

    name: str
    """Id of the detector, such as ``stix-lstm``."""

    version: str
    """Version, unique for the detector, such as ``1.0.0`` or ``20261121T014500-3fa9c2``."""

    files: Mapping[str, ModelFile]
    """The files, by their names in the detector's manifest."""

    created: datetime
    """Time at which the training ended, UTC."""

    opset: int = 0
    """ONNX operator set of the graphs; 0 if there are none."""

    recipe: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the training, with the seeds."""

    dataset: Mapping[str, Any] = field(default_factory=dict)
    """Training data: names, numbers of samples and a digest."""

    metrics: Mapping[str, Any] = field(default_factory=dict)
    """Metrics, by the name of the data on which they were measured."""

    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Values of the detector's parameters that suit these weights; they replace the defaults of the manifest."""

    notes: str = ""
    """Known limits of the model, in words."""

    canvas: Mapping[str, str] = field(default_factory=dict)
    """Ethical consequences of its use, under the headings of `CANVAS`."""

    @property
    def sha256(self) -> str:
        """Digest of the names and digests of all files."""
        return weights_digest(self.files)


def weights_digest(files: Mapping[str, ModelFile]) -> str:
    """Return a digest of the names and digests of files; empty text if there are no files."""
    return digest(canonical_json({name: file.sha256 for name, file in files.items()}).encode()) if files else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasChange:
    """One entry of the history of roles, which is only ever appended to."""

    name: str
    """Name of the model."""

    alias: Alias
    """Role that changed."""

    version: str
    """Version that has the role from now on; empty if none."""

    previous: str
    """Version that had the role before; empty if none."""

    at: datetime
    """Time of the change, UTC."""

    by: str
    """Name of the person or worker that made the change."""

    reason: str = ""
    """Reason of the change."""

    rollback: bool = False
    """Whether it is a rollback: the detections of the version that lost the role no longer count."""


def holder_at(changes: Sequence[AliasChange], alias: Alias, at: datetime) -> str:
    """Return the version that had a role at a time; empty if none.

    Parameters
    ----------
    changes
        The history of one model, oldest first.
    alias
        The role.
    at
        The time, UTC. A change holds from its own time on.
    """
    return next((one.version for one in reversed(changes) if one.alias is alias and one.at <= at), "")


def sidelined(changes: Sequence[AliasChange]) -> frozenset[str]:
    """Return the versions whose detections do not count: no events are made from them.

    These are the versions that lost the role of champion by a rollback and have not been champion since, and those that
    have been shadow or challenger but never champion. Detections of all other versions count, also those of earlier
    champions.

    Parameters
    ----------
    changes
        The history of one model, oldest first.
    """
    counts: dict[str, bool] = {}
    for change in changes:
        if change.alias is not Alias.CHAMPION:
            counts.setdefault(change.version, False)
            continue
        if change.rollback:
            counts[change.previous] = False
        counts[change.version] = True
    return frozenset(version for version, does in counts.items() if version and not does)
