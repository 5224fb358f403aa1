"""Our server beside raw ONNX Runtime and other servers, in turns, on the same graphs and cores.

    python benchmarks/serving/run.py [--clients 1,8,32] [--items 1] [--seconds 2] [--rounds 3] [--busy 1] [--empty] NAME[=FILE.onnx]...

NAME alone is a graph that ships with a detector: stix-lstm, stix-ssl, ar-classifier, ar-detector. MLSERVER_PYTHON and
PYTRITON_PYTHON name the interpreters of environments that have these servers; without, they are left out:

    pip install mlserver 'uvloop<0.22' onnxruntime      (a newer uvloop ends its workers at once)
    pip install nvidia-pytriton onnxruntime             (on Python 3.11.7, its 3.11.6 stub fails on RLock._recursion_count:
        in pytriton/proxy/data.py, above tracker_fd, set resource_tracker._resource_tracker._lock = threading._PyRLock())

Clients run on the same cores. Rates are in items; a ratio is the median over rounds of ratios within a round.
`--empty` adds servers of gRPC for Python that run nothing, and what these and the best raw loop would reach together if
each core were always busy: no server in Python can do more with these messages and clients.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from graphs import example, paths, read_graph, session

HERE = Path(__file__).parent
CORES = len(os.sched_getaffinity(0))
WAIT, SETTLE = 60.0, 4.0
PROCESSES = 2  # of a server that runs nothing; more brought no more
MLSERVER, PYTRITON = os.environ.get("MLSERVER_PYTHON", ""), os.environ.get("PYTRITON_PYTHON", "")


def raw_rates(data: bytes, seconds: float) -> dict[str, float]:
    """Return items a second of plain loops: a one-thread session in a thread a core, and one session with all cores."""
    found = {}
    for threads, lanes in ((1, CORES), (CORES, 1)):
        opened = session(data, threads)
        for items in (1, 8, 32):
            tensors = example(read_graph(data), items)
            opened.run(None, dict(tensors))
            end = time.perf_counter() + seconds

            def loop(_: int, opened=opened, tensors=tensors, end=end) -> int:
                runs = 0
                while time.perf_counter() < end:
                    opened.run(None, tensors)
                    runs += 1
                return runs

            begun = time.perf_counter()
            with ThreadPoolExecutor(lanes) as pool:
                runs = sum(pool.map(loop, range(lanes)))
            found[f"{lanes} x {threads} threads, batch {items}"] = runs * items / (time.perf_counter() - begun)
    return found


def drive(port: int, model: str, path: Path, clients: int, seconds: float, items: int) -> dict[str, float]:
    words = [sys.executable, HERE / "load.py", port, model, path, clients, seconds, items]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        told = [line.strip() for line in done.stderr.splitlines() if "details =" in line or "Error" in line]
        raise RuntimeError(told[-1] if told else "no answer")
    return json.loads(done.stdout)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Sides:
    """Servers that run side by side, each with all graphs; none works while another is measured."""

    def __init__(self, graphs: dict[str, Path], folder: Path) -> None:
        self.ports: dict[str, int] = {}
        self.children: list[subprocess.Popen[str]] = []
        self.graphs, self.folder = graphs, folder
        self.words = [f"{name}={path}" for name, path in graphs.items()]
        self.models = {name: f"{name}.graph" for name in graphs}

    def start(self) -> None:
        self._ours("ours", [])
        self._ours("ours, no front", ["--fronts", 0])
        if MLSERVER:
            self._mlserver("MLServer, 1 worker", CORES, 1)
            self._mlserver("MLServer, a worker a core", 1, CORES)
        if PYTRITON:
            grpc_port, http_port = free_ports(2)
            self._spawn(
                "PyTriton",
                [PYTRITON, HERE / "peers" / "pytriton_server.py", grpc_port, http_port, CORES, *self.words],
                grpc_port,
            )
        for side in list(self.ports):
            self._await(side)

    def _spawn(self, side: str, words: list[object], port: int, **environment: str) -> subprocess.Popen[str]:
        with (self.folder / f"{side}.log").open("w") as log:
            child = subprocess.Popen(
                [str(word) for word in words],
                stdout=subprocess.PIPE if not port else log,
                stderr=log,
                text=True,
                env=os.environ | environment,
                cwd=self.folder,
            )
        self.children.append(child)
        self.ports[side] = port
        return child

    def _ours(self, side: str, options: list[str]) -> None:
        child = self._spawn(side, [sys.executable, HERE / "ours.py", *options, *self.words], 0)
        port, _, batches = child.stdout.readline().partition(" ")
        print(f"{side}: items together {batches.strip()}", file=sys.stderr)
        self.ports[side] = int(port)

    def _mlserver(self, side: str, threads: int, workers: int) -> None:
        folder = self.folder / side
        ports = free_ports(3)
        folder.mkdir()
        keys = ("http_port", "grpc_port", "metrics_port")
        settings = dict(zip(keys, ports, strict=True)) | {
            "host": "127.0.0.1",
            "parallel_workers": workers,
            "debug": False,
        }
        (folder / "settings.json").write_text(json.dumps(settings))
        for name, path in self.graphs.items():
            model = {
                "name": name,
                "implementation": "mlserver_runtime.Graph",
                "max_batch_size": 32,
                "max_batch_time": 0.002,
                "parameters": {"uri": str(path), "extra": {"threads": threads}},
            }
            (folder / name).mkdir()
            (folder / name / "model-settings.json").write_text(json.dumps(model))
        self._spawn(
            side, [Path(MLSERVER).with_name("mlserver"), "start", folder], ports[1], PYTHONPATH=str(HERE / "peers")
        )

    def _await(self, side: str) -> None:
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            try:
                for name, path in self.graphs.items():
                    drive(self.ports[side], self.name(side, name), path, 1, 0.1, 1)
            except RuntimeError as error:
                reason = error
                time.sleep(1)
            else:
                return
        log = (self.folder / f"{side}.log").read_text(errors="replace").splitlines()
        raise SystemExit("\n".join([f"{side} does not answer: {reason}", "the end of its log:", *log[-15:]]))

    def empty(self, kind: str, graph: str, clients: int, seconds: float, items: int) -> dict[str, float]:
        """Measure a server that runs nothing and gives the answer of a graph."""
        words = [sys.executable, HERE / "empty.py", kind, PROCESSES, items, f"{graph}={self.graphs[graph]}"]
        child = self._spawn(f"nothing, {kind}", words, 0)
        try:
            port = int(child.stdout.readline())
            time.sleep(SETTLE)
            return drive(port, graph, self.graphs[graph], clients, seconds, items)
        finally:
            del self.ports[f"nothing, {kind}"]
            child.terminate()

    def name(self, side: str, graph: str) -> str:
        return self.models[graph] if side.startswith("ours") else graph

    def stop(self) -> None:
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep so many cores busy with something else."""
    children = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


def median(values: list[float]) -> float:
    return statistics.median(values)


def report(name: str, rounds: list[dict[str, dict[str, float]]], show: Callable[[str], None]) -> None:
    """Show the medians over rounds, and of the ratios within a round to the best raw loop and the best one session."""
    loops = [side for side in rounds[0] if "batch" in side]
    alone = [side for side in loops if side.startswith("1 x")]
    best, single = ([max(found[side]["rate"] for side in sides) for found in rounds] for sides in (loops, alone))
    show(f"\n{name}: best raw loop {median(best):.4g} items/s, best single session {median(single):.4g}")
    for side in rounds[0]:
        rates = [found[side]["rate"] for found in rounds]
        share, times = (median([rate / top for rate, top in zip(rates, tops, strict=True)]) for tops in (best, single))
        line = f"  {side:<44}{median(rates):>9.4g}/s {share:>6.2f} of raw {times:>6.2f} x one session"
        if "p50" in rounds[0][side]:
            p50, p99 = (median([found[side][key] for found in rounds]) for key in ("p50", "p99"))
            line += f"   p50 {p50:7.1f} ms   p99 {p99:7.1f} ms"
        show(line)


Found = dict[str, dict[str, float]]
"""Rates and times by side."""


def one_round(sides: Sides, name: str, asked: argparse.Namespace) -> Found:
    """Measure a graph on every side, in turns."""
    path = sides.graphs[name]
    found = {side: {"rate": rate} for side, rate in raw_rates(path.read_bytes(), asked.seconds / 2).items()}
    for clients in map(int, asked.clients.split(",")):
        for side, port in sides.ports.items():
            model = sides.name(side, name)
            found[f"{side}, {clients} clients"] = drive(port, model, path, clients, asked.seconds, asked.items)
        if asked.empty:
            best = max(one["rate"] for side, one in found.items() if "batch" in side)
            idle = [sides.empty(kind, name, clients, asked.seconds, asked.items) for kind in ("aio", "threads")]
            found |= {
                f"nothing, {kind}, {clients} clients": one for kind, one in zip(("aio", "threads"), idle, strict=True)
            }
            most = 1 / (1 / best + 1 / max(one["rate"] for one in idle))
            found[f"the most in Python, {clients} clients"] = {"rate": most}
    return found


def all_rounds(asked: argparse.Namespace) -> dict[str, list[Found]]:
    """Measure all graphs, round by round."""
    with tempfile.TemporaryDirectory() as folder, busy(asked.busy):
        sides = Sides(paths(asked.graphs), Path(folder))
        try:
            sides.start()
            rounds = [{name: one_round(sides, name, asked) for name in sides.graphs} for _ in range(asked.rounds)]
        finally:
            sides.stop()
    return {name: [found[name] for found in rounds] for name in sides.graphs}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("graphs", nargs="+")
    parser.add_argument("--clients", default="1,8,32")
    parser.add_argument("--items", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--empty", action="store_true", help="beside servers that run nothing")
    parser.add_argument("--busy", type=int, default=0, help="foreign busy processes")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    rounds = all_rounds(asked)
    print(
        f"{CORES} cores, load {os.getloadavg()[0]:.1f}, {asked.items} items a request, {asked.busy} foreign processes"
    )
    for name, found in rounds.items():
        report(name, found, print)


if __name__ == "__main__":
    main()
