"""Whose runs count: the catalogue follows the history of the models."""

from __future__ import annotations

from collections.abc import Sequence

from helioscribe.domain.detection import Detection
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.models import ModelRegistry

__all__ = ["ModelFollower"]


class ModelFollower:
    """Lets runs count or not as promotions and rollbacks say, whoever made them and whatever died in between.

    Parameters
    ----------
    catalogue
        Whose runs.
    models
        Whose history.
    """

    def __init__(self, catalogue: Catalogue, models: ModelRegistry) -> None:
        self._catalogue, self._models = catalogue, models
        self._followed: dict[str, frozenset[str]] = {}

    def follow(self, pending: Sequence[Detection] = ()) -> int:
        """Let runs change sides where a history has changed; return how many detections wait again for that.

        Parameters
        ----------
        pending
            Detections that wait: a run of a withdrawn model may have ended after its withdrawal.
        """
        changed, sides = 0, self._models.sidelined()
        methods = {(one.source.method.detector, one.source.method.model_version) for one in pending}
        late = {detector for detector, version in methods if version in sides.get(detector, ())}
        for detector, versions in sides.items():
            if detector in late or self._followed.get(detector) != versions:
                changed += self._catalogue.sideline(detector, versions)
                self._followed[detector] = versions
        return changed
