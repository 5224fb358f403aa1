"""A training job writes down how it goes where any worker can read it, and goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from helioscribe.domain.errors import HelioscribeError, NotFoundError, TransientError
from helioscribe.domain.identity import digest, digest_stream
from helioscribe.domain.job import Job
from helioscribe.domain.training_run import EntryKind, RunEntry, epochs_of
from helioscribe.ports.artifacts import ArtifactStore, artifact_key, check_key
from helioscribe.ports.run_log import RunLog
from helioscribe.runtime.job_context import JobContext
from helioscribe.training.fit import Observer

__all__ = ["JobObserver", "LoggedCheckpoints", "keep_files"]

_LARGEST = 8 << 30


class JobObserver(Observer):
    """Passes on progress, and the wish to stop."""

    def __init__(self, context: JobContext, is_stopping: Callable[[], bool]) -> None:
        self._context, self._is_stopping = context, is_stopping

    def step(self, name: str, share: float) -> None:
        """Report the share of the epochs that is done; the steps before and after them are short."""
        if name == "training":
            self._context.report(share)

    def check(self) -> None:
        """Raise if the work shall stop."""
        self._context.check()
        if self._is_stopping():
            raise TransientError("this worker ends; the job goes on from its last checkpoint")


class LoggedCheckpoints:
    """A `CheckpointStore` in artifact store and log: row and checkpoint of an epoch are told as one.

    Parameters
    ----------
    job
        Whose checkpoints.
    run_log, artifacts
        Where they go.
    """

    def __init__(self, job: Job, *, run_log: RunLog, artifacts: ArtifactStore) -> None:
        self._job, self._run_log, self._artifacts = job, run_log, artifacts
        self._last = ""

    def read(self) -> bytes | None:
        """Return the last checkpoint that is still there; None if there is none."""
        for entry in reversed(epochs_of(self._run_log.read(self._job.id))):
            with suppress(NotFoundError):
                data = self._artifacts.get(entry.key, limit=_LARGEST)
                self._last = entry.key
                return data
        return None

    def write(self, data: bytes, *, row: Mapping[str, float]) -> None:
        """Store it, tell of it, and let go of the one before."""
        epoch = int(row["epoch"])
        key = check_key(f"checkpoints/{self._job.id}/{epoch:06d}-{digest(data)[:16]}.safetensors")
        self._artifacts.put(key, data)
        entry = RunEntry(kind=EntryKind.EPOCH, step=epoch, values=dict(row), key=key)
        told = self._run_log.append(self._job.id, [entry])
        # Nothing is told if a worker that was thought dead was quicker; its checkpoint stands.
        superseded = self._last if told else key
        if superseded and superseded != self._known(epoch):
            with suppress(HelioscribeError):
                self._artifacts.delete(superseded)
        self._last = key if told else self._last

    def _known(self, epoch: int) -> str:
        found = [one for one in epochs_of(self._run_log.read(self._job.id)) if one.step == epoch]
        return found[0].key if found else ""


def keep_files(
    job: Job, folder: Path, paths: Iterable[Path], *, run_log: RunLog, artifacts: ArtifactStore, attempt: int = 0
) -> None:
    """Store files of a run under their paths in its folder, and enter them in its log; links are left out.

    An attempt's files stand beside those of the one before; without its number the first ones stay.
    """
    entries = []
    for path in sorted(path for path in paths if path.is_file() and not path.is_symlink()):
        with path.open("rb") as file:
            sha256, size = digest_stream(file)
            file.seek(0)
            key = artifact_key("outputs", sha256, path.suffix)
            artifacts.put(key, file)
        name = path.relative_to(folder).as_posix()
        entries.append(RunEntry(kind=EntryKind.FILE, name=name, step=attempt, values={"size": size}, key=key))
    run_log.append(job.id, entries)
