"""Keeps the catalogue up to date with promotions and rollbacks: sets which runs count."""

from __future__ import annotations

from collections.abc import Sequence

from helioscribe.domain.detection import Detection
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.models import ModelRegistry

__all__ = ["ModelFollower"]


class ModelFollower:
    """Sets which runs count, as the history of the models says.

    Parameters
    ----------
    catalogue
        Catalogue with the runs.
    models
        Registry with the history.
    """

    def __init__(self, catalogue: Catalogue, models: ModelRegistry) -> None:
        self._catalogue, self._models = catalogue, models
        self._followed: dict[str, frozenset[str]] = {}

    def follow(self, pending: Sequence[Detection] = ()) -> int:
        """Update the runs of models whose history has changed; return the number of detections that are pending again.

        Parameters
        ----------
        pending
            Pending detections. Runs of a withdrawn model may have ended after its withdrawal; these are updated too.
        """
        changed, sides = 0, self._models.sidelined()
        methods = {(one.source.method.detector, one.source.method.model_version) for one in pending}
        late = {detector for detector, version in methods if version in sides.get(detector, ())}
        for detector, versions in sides.items():
            if detector in late or self._followed.get(detector) != versions:
                changed += self._catalogue.sideline(detector, versions)
                self._followed[detector] = versions
        return changed
