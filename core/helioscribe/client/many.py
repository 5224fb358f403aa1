"""Runs a detector on many files or observations, and fetches the plots."""

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
"""Largest number of observations in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Runs of a detector on many files: `Client.many`.

    Examples
    --------
    >>> for looked in sun.many.detect("magnetograms", "ar-detectnet"):  # doctest: +SKIP
    ...     print(looked.name, looked.error or len(looked.finding.detections))
    ...     sun.many.save(looked.outputs, "plots")
    """

    detection: RpcDetection
    """The detection service."""

    ingest: Callable[[Path], Job]
    """Sends a file without running any detectors on it."""

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
        """Run a detector on files and observations, and yield each result when it is there.

        The runs are queued and their results recorded in the catalogue. Files that cannot be read come first, with
        their error; an error does not stop the other runs.

        Parameters
        ----------
        what
            A folder, or paths of files and ids of observations.
        detector
            Id of the detector.
        formats, dpi
            Formats and resolution of plots, as in `helioscribe.domain.output.OutputWish`.
        **parameters
            Parameters that differ from the defaults.
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
        """Download tables and plots into a folder and return their paths. The folder is made if it does not exist.

        Raises
        ------
        InvalidInputError
            If the name of a file contains a path.
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
        """Return an animated GIF that the server makes of plots, at most 500 of the same size."""
        return self.detection.film([picture.key for picture in pictures], milliseconds=milliseconds)

    @staticmethod
    def _outcome(do: Callable[..., Job], what: Path | Job) -> Job | JobError:
        try:
            return do(what)
        except HelioscribeError as error:
            return JobError(code=error.code, message=error.message)


def _named(what: Path | str | Iterable[Path | str]) -> list[Path | str]:
    """Return the paths of files, those in a folder sorted, and the ids of observations."""
    if not isinstance(what, str | Path):
        return [one for several in what for one in _named(several)]
    if isinstance(what, str) and what.startswith("obs-"):
        return [what]
    path = Path(what)
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
