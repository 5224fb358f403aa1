"""A script's job: its folders, its numbers in the log of the job, its files in the store."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import Job
from helioscribe.domain.training_run import EntryKind, RunEntry
from helioscribe.training.job_log import keep_files
from helioscribe.training.scripts.order import ScriptOrder
from helioscribe.training.scripts.running import Metric, environment_for, run_script
from helioscribe.training.workshop import Workshop

__all__ = ["ScriptJob"]

_MOST_FILES = 1000
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptJob:
    """Runs a script for a job."""

    job: Job
    shop: Workshop

    def run(self, check: Callable[[], None]) -> Mapping[str, Any]:
        """Run it and return its last numbers; `check` raises to end it. Its files are kept even if it fails."""
        order, data_id = ScriptOrder.of(self.job.payload["options"]), str(self.job.payload["dataset"])
        last: dict[str, float] = {}
        with tempfile.TemporaryDirectory(prefix="script-", dir=self.shop.scratch()) as made:
            place = Path(made)
            code, data = self._copied(order.code, place / "code"), self._copied(data_id, place / "data")
            outputs = place / "outputs"
            outputs.mkdir()
            python = environment_for(code, cache=self.shop.folder / "environments", check=check)
            try:
                run_script(
                    order,
                    python=python,
                    code=code,
                    data=data,
                    outputs=outputs,
                    check=check,
                    report=partial(self._tell, last),
                )
            finally:
                keep_files(
                    self.job,
                    outputs,
                    _files(outputs),
                    run_log=self.shop.run_log,
                    artifacts=self.shop.artifacts,
                    attempt=self.job.attempts,
                )
        return {"metrics": last}

    def _tell(self, last: dict[str, float], metrics: Sequence[Metric]) -> None:
        last.update({one.name: one.value for one in metrics})
        entries = [
            RunEntry(kind=EntryKind.METRIC, name=one.name, step=one.step, values={"value": one.value})
            for one in metrics
        ]
        self.shop.run_log.append(self.job.id, entries)

    def _copied(self, dataset_id: str, target: Path) -> Path:
        # A script may do with its folders what it likes; what is kept of a dataset must stay as it is.
        kept = self.shop.data(dataset_id)
        if kept is None:
            target.mkdir()
            return target
        return Path(shutil.copytree(kept, target))


def _files(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    if len(found) > _MOST_FILES or any(path.stat().st_size > _LARGEST for path in found):
        raise InvalidInputError(f"script: expected at most {_MOST_FILES} files of at most {_LARGEST >> 30} GiB")
    return found
