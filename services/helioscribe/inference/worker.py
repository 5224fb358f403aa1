"""A process that holds one model version and nothing else. Started by `helioscribe.inference.worker_process`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import Any

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.model import ModelFile, TensorSpec
from helioscribe.inference.devices import Device
from helioscribe.inference.frames import receive, send
from helioscribe.inference.runners import Sessions

__all__ = ["main"]


def main(numbers: list[str]) -> None:
    """Serve the lanes whose sockets have these file numbers, until the other side closes them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends us in its own time
    lanes = [socket.socket(fileno=int(number)) for number in numbers]
    try:
        sessions = _load(lanes[0])
    except HelioscribeError as error:
        send(lanes[0], {"code": error.code, "message": error.message}, {})
        return
    send(lanes[0], {"providers": sessions.providers}, {})
    threads = [threading.Thread(target=_serve, args=(sessions, lane, sock)) for lane, sock in enumerate(lanes)]
    for thread in threads:
        thread.start()
    threads[0].join()
    os._exit(0)  # whatever native threads are still about


def _load(sock: socket.socket) -> Sessions:
    wish, data = receive(sock)
    files = {name: _file(values) for name, values in wish["files"].items()}
    lanes = tuple(Device(**values) for values in wish["lanes"])
    weights = {name: array.tobytes() for name, array in data.items()}
    return Sessions(files, weights, lanes=lanes, threads=wish["threads"])


def _file(values: dict[str, Any]) -> ModelFile:
    specs = {
        side: tuple(TensorSpec(**{**spec, "shape": tuple(spec["shape"])}) for spec in values[side])
        for side in ("inputs", "outputs")
    }
    return ModelFile(**{**values, **specs})


def _serve(sessions: Sessions, lane: int, sock: socket.socket) -> None:
    try:
        while True:
            wish, tensors = receive(sock)
            try:
                outputs = sessions.run(lane, wish["graph"], tensors)
            except HelioscribeError as error:
                send(sock, {"code": error.code, "message": error.message}, {})
            else:
                send(sock, {}, outputs)
    except ConnectionError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
