"""Running a script: in an environment of its own, without the platform's secrets, and ended when its job is."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.identity import digest
from helioscribe.training.scripts.order import ScriptOrder

__all__ = ["LOG", "Metric", "environment_for", "run_script"]

LOG = "log.txt"
"""File with what the script printed."""

_LOOK_EVERY = 0.2
_GRACE = 10.0
_LONGEST_LOG = 64 << 20
_LAST_LINES = 3
_INSTALL_HOURS = 2.0
_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "SSL_CERT_FILE",
)
"""Variables that a script sees; none of them holds a token of the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that a script reported."""

    name: str
    value: float
    step: int


def environment_for(code: Path, *, cache: Path, check: Callable[[], None]) -> str:
    """Return the Python that a script runs with: this one, or one with its ``requirements.txt``, made once.

    Raises
    ------
    InvalidInputError
        If the requirements cannot be installed.
    """
    wanted = code / "requirements.txt"
    if not wanted.is_file():
        return sys.executable
    folder = cache / digest(wanted.read_bytes() + sys.version.encode())[:32]
    python = folder / "bin" / "python"
    if (folder / "whole").exists():
        return str(python)
    shutil.rmtree(folder, ignore_errors=True)
    log = cache / f"{folder.name}.log"
    cache.mkdir(parents=True, exist_ok=True)
    pip = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-r", str(wanted)]
    for command in ([sys.executable, "-m", "venv", str(folder)], pip):
        with log.open("ab") as printed:
            code_of_exit = _waited(_start(command, cache, _passed_on(), printed), check, hours=_INSTALL_HOURS)
        if code_of_exit:
            raise InvalidInputError(f"script: requirements.txt cannot be installed: {_last_lines(log)}")
    (folder / "whole").touch()
    return str(python)


def run_script(
    order: ScriptOrder,
    *,
    python: str,
    code: Path,
    data: Path,
    outputs: Path,
    check: Callable[[], None],
    report: Callable[[Sequence[Metric]], None],
) -> None:
    """Run a script until it ends.

    Parameters
    ----------
    order
        What to run.
    python
        With which Python.
    code, data, outputs
        Its folder, that of its dataset, and where its files go. Nothing keeps it from writing into the others, so they
        should be copies.
    check
        Is called all the time; if it raises, the script is ended.
    report
        Is told of numbers soon after the script printed them.

    Raises
    ------
    InvalidInputError
        If the script fails, or takes longer than ordered.
    """
    if not (code / order.entry).is_file():
        raise InvalidInputError(f"script: no file {order.entry!r:.80} in its folder")
    command = [python, "-u", order.entry, *order.arguments]
    log = outputs / LOG
    reader = _Reader(report)

    def look() -> None:
        check()
        reader.pass_on()

    with log.open("wb") as printed:
        running = _start(command, code, _variables(data, outputs), subprocess.PIPE)
        listening = threading.Thread(target=reader.listen, args=(running.stdout, printed), name="script", daemon=True)
        listening.start()
        try:
            status = _waited(running, look, hours=order.hours)
        finally:
            listening.join(timeout=_GRACE)
        reader.pass_on()
    if status:
        raise InvalidInputError(f"script: {order.entry} ended with {status}: {_last_lines(log)}")


class _Reader:
    """Writes down what a script prints, and picks out the numbers that it reports."""

    def __init__(self, report: Callable[[Sequence[Metric]], None]) -> None:
        self._report, self._new, self._lock = report, list[Metric](), threading.Lock()

    def listen(self, stream: IO[bytes], printed: IO[bytes]) -> None:
        size = 0
        while line := stream.readline(_LONGEST_LOG):
            size += len(line)
            if size <= _LONGEST_LOG:
                printed.write(line)
                printed.flush()
            if metric := _metric(line):
                with self._lock:
                    self._new.append(metric)

    def pass_on(self) -> None:
        with self._lock:
            new, self._new = self._new, []
        if new:
            self._report(new)


def _metric(line: bytes) -> Metric | None:
    if not line.lstrip().startswith(b'{"metric"') or len(line) > 1000:
        return None
    try:
        found: Mapping[str, Any] = json.loads(line)
        name, value, step = str(found["metric"])[:80], float(found["value"]), int(found.get("step", 0))
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return Metric(name=name, value=value, step=step) if name and math.isfinite(value) and step >= 0 else None


def _variables(data: Path, outputs: Path) -> dict[str, str]:
    folders = {"DATA": str(data), "OUTPUTS": str(outputs)}
    return {
        **_passed_on(),
        **{f"HELIOSCRIBE_SCRIPT_{name}": folder for name, folder in folders.items()},
        # Scripts made for SageMaker look for these.
        "SM_CHANNEL_TRAINING": str(data),
        "SM_MODEL_DIR": str(outputs),
        "SM_OUTPUT_DATA_DIR": str(outputs),
        "PYTHONPATH": str(Path(__file__).parent),
        "HOME": str(outputs),
    }


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _start(command: Sequence[str], folder: Path, variables: Mapping[str, str], printed: Any) -> Any:
    try:
        return subprocess.Popen(  # noqa: S603  # running what was ordered is what this is for
            command,
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise UnavailableError.wrap(error, doing="script: cannot be started") from None


def _waited(running: Any, check: Callable[[], None], *, hours: float) -> int:
    end = time.monotonic() + hours * 3600
    try:
        while running.poll() is None:
            check()
            if time.monotonic() > end:
                raise InvalidInputError(f"script: not done after {hours:g} hours, so that it was ended")
            time.sleep(_LOOK_EVERY)
    finally:
        _end(running)
    return int(running.returncode)


def _end(running: Any) -> None:
    # Its children, too: all of them are in one group.
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, kind)
        with suppress(subprocess.TimeoutExpired):
            running.wait(timeout=_GRACE)
            if kind is signal.SIGTERM:
                continue
        return


def _last_lines(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return " / ".join(lines[-_LAST_LINES:])[:500] or "it printed nothing"
