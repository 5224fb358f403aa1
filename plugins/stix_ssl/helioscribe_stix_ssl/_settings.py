"""The detector's parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import cast

from helioscribe.domain.detection import Parameters
from helioscribe_stix_ssl._preprocess import Window

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Parameters as ``detector.toml`` describes them."""

    lowest_energy: float
    highest_energy: float
    margin: int
    side: int
    centre: str
    anomaly_threshold: float
    multiple_threshold: float
    multiple_threshold_bproj: float
    report: str

    @classmethod
    def read(cls, parameters: Parameters) -> Settings:
        """Take the parameters, which the host has checked."""
        return cls(**{field.name: cast("float", parameters[field.name]) for field in fields(cls)})  # type: ignore[arg-type]

    @property
    def window(self) -> Window:
        """What part of a map is looked at."""
        return Window(margin=self.margin, side=self.side, centre=self.centre)

    def multiple(self, *, projected: bool) -> float:
        """Return the probability from which a map, or a back projection, counts as one of several sources."""
        return self.multiple_threshold_bproj if projected else self.multiple_threshold
