"""Jets over long sequences: each frame encoded once, against every window on its own. One process, side by side.

    python benchmarks/jets_sliding.py [--frames 90] [--day 3600] [--rounds 5] [--threads 1]

Both ways run the shipped graphs on the same prepared frames; the plain way gives each window's thirty frames to the
encoder, in one call, and what it says to the head. It is linear in the windows, so a few of them are timed. Of a day,
all frames are encoded and all windows scored on one side, and the same few windows timed on the other.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from helioscribe_jet_rcnn._frames import PLANES, SIDE
from helioscribe_jet_rcnn._windows import WINDOW, window_starts, windows_scored


class Graphs:
    """The shipped weights as a plugin sees them."""

    def __init__(self, folder: Path, threads: int) -> None:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._sessions = {
            name: onnxruntime.InferenceSession(
                str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )
            for name in ("encoder", "head")
        }
        self._arrays = load_file(folder / "input.safetensors")

    def __getitem__(self, name):
        session = self._sessions[name]
        outputs = [output.name for output in session.get_outputs()]
        return lambda **tensors: dict(zip(outputs, session.run(None, tensors), strict=True))

    def arrays(self, _name):
        return self._arrays


def encode(x, models, batch):
    return np.concatenate([models["encoder"](x=x[at : at + batch])["gates"] for at in range(0, len(x), batch)])


def cached(x, models, stride=1, batch=8):
    return windows_scored(encode(x, models, batch), window_starts(len(x), stride), models)


def plain(x, models, starts):
    return np.array(
        [windows_scored(encode(x[at : at + WINDOW], models, WINDOW), np.zeros(1, np.intp), models)[0] for at in starts]
    )


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def frames(count):
    rng = np.random.default_rng(0)
    field = rng.standard_normal((1, PLANES, SIDE, SIDE)).astype(np.float32)
    return field + 0.3 * rng.standard_normal((count, PLANES, SIDE, SIDE), dtype=np.float32)


def gains(x, models, args):
    """The way with the cache over all frames, between two timings of the plain way on some windows."""
    starts = window_starts(len(x), 1)
    some = starts[np.linspace(0, len(starts) - 1, args.windows).astype(int)]
    found = []
    for _ in range(args.rounds):
        before = seconds(lambda: plain(x, models, some))
        reused = seconds(lambda: cached(x, models))
        after = seconds(lambda: plain(x, models, some))
        found.append((before + after) / 2 / args.windows * len(starts) / reused)
    return {
        "windows": len(starts),
        "limit": round(len(starts) * WINDOW / len(x), 2),
        "gain_median": round(statistics.median(found), 2),
        "gain_min": round(min(found), 2),
        "gain_max": round(max(found), 2),
    }


def main() -> None:
    import helioscribe_jet_rcnn

    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--day", type=int, default=3600)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    models = Graphs(Path(helioscribe_jet_rcnn.__file__).parent / "weights", args.threads)
    x = frames(args.frames)
    starts = window_starts(len(x), 1)
    difference = float(np.abs(plain(x, models, starts) - cached(x, models)).max())
    told = {
        "frames": args.frames,
        "threads": args.threads,
        "largest difference of scores": difference,
        "short": gains(x, models, args),
    }
    if args.day:
        args.rounds = min(args.rounds, 2)
        told["day"] = {"frames": args.day} | gains(
            np.tile(x, (args.day // len(x) + 1, 1, 1, 1))[: args.day], models, args
        )
    told["load average"] = os.getloadavg()[0]
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
