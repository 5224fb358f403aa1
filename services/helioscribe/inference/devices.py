"""Where graphs run: what the operator asked for, and how many cores there really are."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helioscribe.domain.errors import InvalidInputError

__all__ = ["Device", "parse_devices", "usable_cores"]

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A place for graphs."""

    kind: str
    """``cpu``, ``cuda`` or ``tensorrt``."""

    number: int = 0
    """Which GPU."""

    insisted: bool = True
    """Whether a graph that does not come to run here is refused."""

    engines: str = ""
    """Folder where TensorRT keeps what it builds of a graph, which takes minutes; empty builds it at every load."""

    @property
    def gpu(self) -> bool:
        """Whether it is one."""
        return self.kind != "cpu"

    @property
    def provider(self) -> str:
        """As ONNX Runtime names it."""
        return _PROVIDERS[self.kind]

    @property
    def providers(self) -> list[str | tuple[str, dict[str, str]]]:
        """What a session is asked for, the wanted one first."""
        options = {"device_id": str(self.number)}
        match self.kind:
            case "cpu":
                return [_PROVIDERS["cpu"]]
            case "cuda":
                return [(_PROVIDERS["cuda"], options), _PROVIDERS["cpu"]]
            case _:
                kept = {
                    f"trt_{cache}_cache_{word}": value
                    for cache in ("engine", "timing")
                    for word, value in (("enable", "1"), ("path", self.engines))
                }
                wanted = (_PROVIDERS["tensorrt"], options | (kept if self.engines else {}))
                return [wanted, (_PROVIDERS["cuda"], options), _PROVIDERS["cpu"]]

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}" if self.gpu else self.kind


def parse_devices(text: str, *, engines: str = "") -> tuple[Device, ...]:
    """Read the setting: ``auto`` (the first GPU if there is one), ``cpu``, or GPUs such as ``cuda:0,cuda:1``.

    Parameters
    ----------
    text
        The setting.
    engines
        See `Device.engines`.

    Raises
    ------
    InvalidInputError
        For anything else.
    """
    if text == "auto":
        return (Device(kind="cuda", insisted=False),)
    found = tuple(_device(word.strip(), engines) for word in text.split(","))
    if len(set(found)) < len(found) or (len(found) > 1 and not all(device.gpu for device in found)):
        raise InvalidInputError(f"devices: expected auto, cpu, or different GPUs, got {text[:80]!r}")
    return found


def _device(word: str, engines: str) -> Device:
    kind, _, number = word.partition(":")
    if kind not in _PROVIDERS or not (number or "0").isdecimal() or (kind == "cpu" and number):
        raise InvalidInputError(f"devices: expected auto, cpu, cuda:0 or tensorrt:0, got {word[:40]!r}")
    return Device(kind=kind, number=int(number or 0), engines=engines)


def usable_cores() -> int:
    """Return how many cores this process may use: those it is bound to, within its container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        cores = min(cores, max(1, int(quota) // int(period)))  # "max" is no number: no quota
    return cores
