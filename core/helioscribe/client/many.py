"""Many files or observations through one detector, and the pictures that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helioscribe.adapters.rpc import Looked, RpcDetection
from helioscribe.domain.detection import Value
from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.job import Job, JobError
from helioscribe.domain.output import OutputFile, OutputWish

__all__ = ["Many"]

_AT_ONCE = 1000
"""Observations that the server takes in one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Sends files, asks a detector about all of them, and brings what was drawn: `Client.many`.

    Examples
    --------
    >>> for looked in sun.many.detect("magnetograms", "ar-detectnet"):  # doctest: +SKIP
    ...     print(looked.name, looked.error or len(looked.finding.detections))
    ...     sun.many.save(looked.outputs, "plots")
    """

    detection: RpcDetection
    """The detection service."""

    ingest: Callable[[Path], Job]
    """Sends a file that no detector shall look at yet."""

    wait: Callable[[Job], Job]
    """Waits for the end of a job."""

    def detect(
        self,
        what: Path | str | Iterable[Path | str],
        detector: str,
        *,
        formats: Sequence[str] = ("png", "csv"),
        dpi: int = 150,
        **parameters: Value,
    ) -> Iterator[Looked]:
        """Run a detector on files and observations; yield files that cannot be read, then each observation as it ends.

        Runs are queued and recorded. One that cannot be used does not stop the others.

        Parameters
        ----------
        what
            A folder, or files and ids of observations.
        detector
            Its id.
        formats, dpi
            Of the pictures; ``csv`` asks for the tables. No formats, no files.
        **parameters
            Settings other than the defaults.
        """
        wish = OutputWish(formats=tuple(formats), dpi=dpi)
        named = _named(what)
        names = {one: "" for one in named if isinstance(one, str)}
        for path, job in [(one, self._outcome(self.ingest, one)) for one in named if isinstance(one, Path)]:
            ended = self._outcome(self.wait, job) if isinstance(job, Job) else job
            if isinstance(ended, JobError):
                yield Looked(name=path.name, observation_id="", finding=None, error=ended, outputs=())
            else:
                names[str(ended.result["observation_id"])] = path.name
        ids = list(names)
        for first in range(0, len(ids), _AT_ONCE):
            part = {one: names[one] for one in ids[first : first + _AT_ONCE]}
            yield from self.detection.detect_many(part, detector, parameters, wish)

    def save(self, files: Iterable[OutputFile], folder: Path | str) -> list[Path]:
        """Write tables and pictures into a folder, which is made if it is missing; return their paths.

        Raises
        ------
        InvalidInputError
            If the server gives a file a name that leads elsewhere.
        """
        paths = []
        Path(folder).mkdir(parents=True, exist_ok=True)
        for file in files:
            if not file.name or Path(file.name).name != file.name or file.name.startswith("."):
                raise InvalidInputError(f"the server names a file {file.name[:80]!r}; expected a plain name")
            paths.append(Path(folder) / file.name)
            with paths[-1].open("wb") as stream:
                stream.writelines(self.detection.output(file.key))
        return paths

    def film(self, pictures: Iterable[OutputFile], *, milliseconds: int = 250) -> OutputFile:
        """Let the server join pictures, at most 500 of one size, into an animated GIF."""
        return self.detection.film([picture.key for picture in pictures], milliseconds=milliseconds)

    @staticmethod
    def _outcome(do: Callable[..., Job], what: Path | Job) -> Job | JobError:
        try:
            return do(what)
        except HelioscribeError as error:
            return JobError(code=error.code, message=error.message)


def _named(what: Path | str | Iterable[Path | str]) -> list[Path | str]:
    """Return files as paths, those of a folder by name, and ids of observations as they are."""
    if not isinstance(what, str | Path):
        return [one for several in what for one in _named(several)]
    if isinstance(what, str) and what.startswith("obs-"):
        return [what]
    path = Path(what)
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
