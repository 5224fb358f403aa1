"""What training works with: stores, a reader of files, and a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from helioscribe.domain.product import Product
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.ports.run_log import RunLog
from helioscribe.sdk.discovery import Plugin, find_plugin
from helioscribe.training.datasets import versions as datasets

__all__ = ["Workshop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What orders, jobs and scripts of one process share."""

    artifacts: ArtifactStore
    """Where data, checkpoints, weights and reports are."""

    catalogue: Catalogue
    """What datasets are made of."""

    embeddings: EmbeddingStore
    """Which images are in which cluster."""

    jobs: JobStore
    """Where work is recorded."""

    queue: Queue
    """How workers hear of it."""

    models: ModelRegistry
    """Where cards go."""

    run_log: RunLog
    """Where jobs write down how they go."""

    read: Callable[[Path], Product]
    """The platform's reader of files."""

    folder: Path
    """Where datasets are unpacked and runs write."""

    scripts: bool = False
    """Whether scripts are run: whoever may order trainings may then run any code in this process's place."""

    find: Callable[[str], Plugin] = find_plugin
    """Who knows the installed detectors."""

    stopping: Event = field(default_factory=Event)
    """Set when this process is to end: running jobs are put back, and go on elsewhere from their last checkpoint."""

    def data(self, dataset_id: str) -> Path | None:
        """Return the folder of a dataset version, unpacked once; None for no id. Raises `NotFoundError`."""
        if not dataset_id:
            return None
        version = datasets.get_version(dataset_id, self.artifacts)
        return datasets.folder_of(version, self.artifacts, cache=self.folder / "datasets")

    def scratch(self) -> Path:
        """Return the folder in which runs make folders of their own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder
