"""A host of its own behind one cable, which a test can make thin and lossy: a network namespace of the kernel."""

from __future__ import annotations

import itertools
import os
import subprocess
from dataclasses import dataclass, field
from typing import Self

__all__ = ["Namespace"]

_numbers = itertools.count(1)


@dataclass
class Namespace:
    """Two ends of a cable: `near` on this machine, `far` where the commands behind `prefix` run.

    Raises
    ------
    OSError
        If this process may not make one.
    """

    number: int = field(default_factory=lambda: next(_numbers))

    def __post_init__(self) -> None:
        self.name = f"helioscribe-{os.getpid()}-{self.number}"
        self._cable = f"hs{os.getpid() % 100_000}-{self.number}"
        network = f"10.{200 + os.getpid() % 50}.{self.number % 250}"
        self.near, self.far = f"{network}.1", f"{network}.2"

    @property
    def prefix(self) -> list[str]:
        """What to put before a command that shall run there."""
        return ["ip", "netns", "exec", self.name]

    def __enter__(self) -> Self:
        _run("ip", "netns", "add", self.name)
        try:
            _run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
            _run("ip", "address", "add", f"{self.near}/30", "dev", self._cable)
            _run("ip", "link", "set", self._cable, "up")
            _run(*self.prefix, "ip", "address", "add", f"{self.far}/30", "dev", "eth0")
            for device in ("eth0", "lo"):
                _run(*self.prefix, "ip", "link", "set", device, "up")
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # The cable goes with its far end.
        _run("ip", "netns", "delete", self.name)

    def thin(self, *, rate: str, loss: float) -> None:
        """Let no more than `rate`, such as ``1mbit``, through each way, and lose a share of what arrives there."""
        shape = ("root", "tbf", "rate", rate, "burst", "16kb", "latency", "500ms")
        _run("tc", "qdisc", "replace", "dev", self._cable, *shape)
        _run(*self.prefix, "tc", "qdisc", "replace", "dev", "eth0", *shape)
        lose = ("-i", "eth0", "-m", "statistic", "--mode", "random", "--probability", str(loss), "-j", "DROP")
        _run(*self.prefix, "iptables", "-A", "INPUT", *lose)

    def mend(self) -> None:
        """Make it a good cable again."""
        _run("tc", "qdisc", "delete", "dev", self._cable, "root")
        _run(*self.prefix, "tc", "qdisc", "delete", "dev", "eth0", "root")
        _run(*self.prefix, "iptables", "-F", "INPUT")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
