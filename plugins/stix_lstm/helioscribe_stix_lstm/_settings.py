"""The detector's parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, cast

from helioscribe.domain.detection import Parameters
from helioscribe_stix_lstm._events import Rules
from helioscribe_stix_lstm._grid import CADENCE
from helioscribe_stix_lstm._score import Combination, Mode

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Parameters as ``detector.toml`` describes them."""

    mode: Mode
    contract: Literal["carried", "windows"]
    bands: int
    sequence_length: int
    burn_in: int
    threshold: float
    forest_threshold: float
    threshold_multiplier: float
    combine: Combination
    release: float
    minimum_duration: float
    split: float

    @classmethod
    def read(cls, parameters: Parameters) -> Settings:
        """Take the parameters, which the host has checked."""
        return cls(**{field.name: cast("float", parameters[field.name]) for field in fields(cls)})  # type: ignore[arg-type]

    @property
    def limit(self) -> float:
        """Threshold of the network's score."""
        return self.threshold * self.threshold_multiplier

    @property
    def forest_limit(self) -> float:
        """Threshold of the forest's score; near 1 is usual, so the multiplier acts on what is above."""
        return 1.0 + (self.forest_threshold - 1.0) * self.threshold_multiplier

    @property
    def rules(self) -> Rules:
        """What makes a flare."""
        cells = max(1, round(self.minimum_duration / CADENCE))
        return Rules(minimum_cells=cells, release=self.release, split=self.split)
