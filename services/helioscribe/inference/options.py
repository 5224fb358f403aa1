"""How models are held: on which devices, in how many lanes, in which process."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from helioscribe.inference.batching import Bounds
from helioscribe.inference.devices import Device, parse_devices, usable_cores
from helioscribe.runtime.settings import Settings

__all__ = ["Serving"]

_GPU_LANES = 2  # one fills the other's pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How models are held. A lane runs one graph at a time; all models of a process share its cores."""

    devices: tuple[Device, ...] = (Device(kind="cpu"),)
    """Where graphs run."""

    threads: int = 0
    """CPU threads of one run; 0 gives one lane all cores, which answers a single question soonest."""

    cores: int = field(default_factory=usable_cores)
    """CPU threads of all lanes together."""

    isolated: bool = False
    """Whether each model version has a process of its own: what crashes it, crashes nothing else."""

    measured: bool = False
    """Whether loading measures how many items run best together; without, all that fit do."""

    bounds: Bounds = field(default_factory=Bounds)
    """Of what waits."""

    crashes: int = 2
    """So many deaths of its process put an input into quarantine."""

    run_limit: float = 600.0
    """A run that takes longer hangs, and its process is ended [s]."""

    slots: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)
    """Held by a lane of the CPU while it runs."""

    @classmethod
    def of(cls, settings: Settings) -> Serving:
        """Return what the settings say.

        Raises
        ------
        InvalidInputError
            For a device that is none.
        """
        devices = parse_devices(settings.devices, engines=settings.engine_cache)
        threads, cores = settings.threads, usable_cores()
        at_once = max(1, cores // threads) if threads else 1
        return cls(
            devices=devices,
            threads=threads,
            cores=cores,
            isolated=settings.isolated,
            measured=threads > 0,
            bounds=Bounds(requests=settings.queue_limit, waiting_bytes=settings.queue_bytes),
            slots=asyncio.BoundedSemaphore(at_once),
        )

    def lanes(self, devices: tuple[Device, ...]) -> tuple[Device, ...]:
        """Return the device of each lane, on the devices that there are."""
        if devices[0].gpu:
            return devices * _GPU_LANES
        return devices * (max(1, self.cores // self.threads) if self.threads else 1)
