"""Records that a program sends to the web service, one after the other, trying again when told to or cut off."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from helioscribe.client import Client
from support.world import Outcome

__all__ = ["Records"]

_PATIENCE = 150.0


@dataclass
class Records:
    """Flares that somebody enters over HTTP."""

    address: str
    token: str
    first: int
    number: int
    pause: float = 0.05
    accepted: dict[str, str] = field(default_factory=dict)
    """Ids of the events, by the name that the sender gave."""

    cut: int = 0
    """How often a request had no answer."""

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(2 * _PATIENCE)
        assert not self._thread.is_alive(), "the stream of records hangs"

    def settle(self, client: Client) -> Outcome:
        """Count the records that are not there, and those that are there more than once or were entered twice."""
        began = time.monotonic()
        events = list(client.events(start="2023-05-01", end="2023-06-01", event_types=("FL",)))
        ours = [event for event in events if event.id in self.accepted.values()]
        lost = len(self.accepted) - len({event.id for event in ours})
        doubled = sum(event.revision > 1 for event in ours) + len(ours) - len({event.id for event in ours})
        return Outcome(accepted=len(self.accepted), lost=lost, doubled=doubled, seconds=time.monotonic() - began)

    def _send(self) -> None:
        for number in range(self.first, self.first + self.number):
            name = f"ivo://example.edu/FL_{number}"
            deadline = time.monotonic() + _PATIENCE
            while name not in self.accepted and time.monotonic() < deadline:
                try:
                    self.accepted[name] = self._post(name, number)
                except (OSError, HTTPException) as error:  # cut off, or a gateway's answer while something is away
                    if isinstance(error, HTTPError) and error.code < 500:
                        raise
                    self.cut += 1
                    time.sleep(0.2)
            time.sleep(self.pause)

    def _post(self, name: str, number: int) -> str:
        minute = f"2023-05-{1 + number % 28:02d}T{number // 28 % 24:02d}:{number % 60:02d}"
        record = {
            "event_type": "FL",
            "event_starttime": f"{minute}:00",
            "event_endtime": f"{minute}:30",
            "frm_name": "by eye",
            "obs_observatory": "GOES",
            "obs_instrument": "XRS",
            "kb_archivid": name,
        }
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with urlopen(Request(f"{self.address}/api/events", json.dumps(record).encode(), headers), timeout=10) as answer:
            (event,) = json.load(answer)["events"]
        return str(event["id"])
