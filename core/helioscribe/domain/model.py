"""Trained networks: what they are, what they were trained on, and which one serves."""

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
    "holder_before",
    "sidelined",
    "weights_digest",
]


CANVAS = (
    "Context", "Beneficence", "Non-maleficence", "Privacy", "Fairness", "Sustainability", "Empowerment",
)  # fmt: skip
"""Headings of an ethics canvas, as the authors of the jet detector (EPFL with ESA) filled it in."""


class Alias(StrEnum):
    """Roles that a version of a model may have."""

    CHAMPION = "champion"
    """Serves."""

    CHALLENGER = "challenger"
    """May serve next."""

    SHADOW = "shadow"
    """Runs beside the champion; its events are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """Name, type and shape of a tensor."""

    name: str
    """As in the graph."""

    dtype: str
    """As numpy names it, such as ``float32``."""

    shape: tuple[int | str, ...]
    """A number, or the name of a free axis such as ``batch``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model: a graph (ONNX) or fitted arrays (safetensors)."""

    key: str
    """Artifact key."""

    sha256: str
    """Digest of the bytes; checked whenever they are loaded."""

    format: str
    """``onnx`` or ``safetensors``."""

    inputs: tuple[TensorSpec, ...] = ()
    """Of a graph."""

    outputs: tuple[TensorSpec, ...] = ()
    """Of a graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """A version of the model of a detector. Its files were made together and serve together."""

    name: str
    """Id of the detector that it belongs to, such as ``stix-lstm``."""

    version: str
    """Unique with `name`, such as ``1.0.0`` or ``20261121T014500-3fa9c2``."""

    files: Mapping[str, ModelFile]
    """By the names that the detector's manifest gives them."""

    created: datetime
    """When training ended."""

    opset: int = 0
    """ONNX operator set of the graphs."""

    recipe: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the training run, seeds included."""

    dataset: Mapping[str, Any] = field(default_factory=dict)
    """What it was trained on: names, counts and a digest."""

    metrics: Mapping[str, Any] = field(default_factory=dict)
    """By the name of the data that they were measured on."""

    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Defaults of the detector's parameters with these weights; the only place where they are defined."""

    notes: str = ""
    """Limits, in words."""

    canvas: Mapping[str, str] = field(default_factory=dict)
    """What using it means for others, under the headings of `CANVAS`."""

    @property
    def sha256(self) -> str:
        """Digest over the files' names and digests."""
        return weights_digest(self.files)


def weights_digest(files: Mapping[str, ModelFile]) -> str:
    """Digest over the names and digests of files; empty for no files."""
    return digest(canonical_json({name: file.sha256 for name, file in files.items()}).encode()) if files else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasChange:
    """One line of the append-only history of aliases."""

    name: str
    """Of the model."""

    alias: Alias
    """The role."""

    version: str
    """Who has it from now on; empty if nobody."""

    previous: str
    """Who had it; empty if nobody."""

    at: datetime
    """When."""

    by: str
    """Who did it."""

    reason: str = ""
    """Why."""

    rollback: bool = False
    """Whether it takes back an earlier change: what the version found that lost the role no longer counts."""


def holder_before(changes: Sequence[tuple[str, bool]]) -> str | None:
    """Return who gets a role back at the next rollback; None if there was nobody before.

    Parameters
    ----------
    changes
        Who got the role, oldest first, and whether by a rollback. Each rollback undoes one promotion, so that a second
        one leads further back and not forth again.
    """
    holders: list[str] = []
    for version, rollback in changes:
        if rollback:
            holders.pop()
        else:
            holders.append(version)
    return holders[-2] if len(holders) > 1 else None


def holder_at(changes: Sequence[AliasChange], alias: Alias, at: datetime) -> str:
    """Return who had a role at a moment; empty if nobody.

    Parameters
    ----------
    changes
        The history of one model, oldest first.
    alias
        The role.
    at
        The moment; a change counts from its own moment on.
    """
    return next((one.version for one in reversed(changes) if one.alias is alias and one.at <= at), "")


def sidelined(changes: Sequence[AliasChange]) -> frozenset[str]:
    """Return the versions whose findings do not count.

    Those are the versions that lost the championship by a rollback and have not been champion since, and those that
    are or were shadow or challenger and never champion. All others count, those of earlier champions too.

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
