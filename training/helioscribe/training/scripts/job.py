"""A script's job: its folders, its numbers in the log of the job, its files in the store."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import digest_stream
from helioscribe.domain.job import Job
from helioscribe.domain.training_run import EntryKind, RunEntry
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.run_log import RunLog
from helioscribe.training import datasets
from helioscribe.training.scripts.order import ScriptOrder
from helioscribe.training.scripts.running import Metric, environment_for, run_script

__all__ = ["ScriptJob"]

_MOST_FILES = 1000
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptJob:
    """Runs a script for a job."""

    job: Job
    run_log: RunLog
    artifacts: ArtifactStore
    folder: Path
    """Where datasets and environments are kept and runs write."""

    def run(self, check: Callable[[], None]) -> Mapping[str, Any]:
        """Run it and return its last numbers; `check` raises to end it. Its files are kept even if it fails."""
        order, last = ScriptOrder.of(self.job.payload["options"]), dict[str, float]()

        def told(metrics: Sequence[Metric]) -> None:
            last.update({one.name: one.value for one in metrics})
            entries = [
                RunEntry(kind=EntryKind.METRIC, name=one.name, step=one.step, values={"value": one.value})
                for one in metrics
            ]
            self.run_log.append(self.job.id, entries)

        with tempfile.TemporaryDirectory(prefix="script-", dir=self.folder) as made:
            place = Path(made)
            code, data = self._copied(order.code, place / "code"), self._copied(self._dataset, place / "data")
            outputs = place / "outputs"
            outputs.mkdir()
            python = environment_for(code, cache=self.folder / "environments", check=check)
            try:
                run_script(
                    order, python=python, code=code, data=data, outputs=outputs, check=check, report=told
                )
            finally:
                self._keep(outputs)
        return {"metrics": last}

    @property
    def _dataset(self) -> str:
        return str(self.job.payload["dataset"])

    def _copied(self, dataset_id: str, target: Path) -> Path:
        # A script may do with its folders what it likes; what is kept of a dataset must stay as it is.
        if not dataset_id:
            target.mkdir()
            return target
        version = datasets.get_version(dataset_id, self.artifacts)
        kept = datasets.folder_of(version, self.artifacts, cache=self.folder / "datasets")
        return Path(shutil.copytree(kept, target))

    def _keep(self, outputs: Path) -> None:
        entries = []
        for path in _files(outputs):
            with path.open("rb") as file:
                sha256, size = digest_stream(file)
                file.seek(0)
                key = artifact_key("outputs", sha256, path.suffix)
                self.artifacts.put(key, file)
            name = path.relative_to(outputs).as_posix()
            # An attempt's files stand beside those of the one before.
            entries.append(
                RunEntry(kind=EntryKind.FILE, name=name, step=self.job.attempts, values={"size": size}, key=key)
            )
        self.run_log.append(self.job.id, entries)


def _files(folder: Path) -> Iterator[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if len(found) > _MOST_FILES or any(path.stat().st_size > _LARGEST for path in found):
        raise InvalidInputError(f"script: expected at most {_MOST_FILES} files of at most {_LARGEST >> 30} GiB")
    yield from found
