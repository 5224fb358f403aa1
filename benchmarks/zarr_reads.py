"""Random images of a zarr store in SDOML's layout: planned by chunk, against image by image. One process, side by side.

python benchmarks/zarr_reads.py [--images 120] [--chunk 15] [--wanted 120] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import zarr
from numcodecs import Blosc

from helioscribe.ingest.sources.zarr_files import open_files
from helioscribe.ingest.sources.zarr_images import open_images


def make(folder: Path, images: int, chunk: int) -> None:
    """A limb-darkened disk with photon noise, as hard to pack as observations are."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:512, :512] - 255.5
    disk = np.clip(1 - (np.hypot(x, y) / 203) ** 2, 0, None) * 900 + 20
    compressor = Blosc(cname="zstd", clevel=5, shuffle=Blosc.BITSHUFFLE)
    group = zarr.open_group(folder, mode="w", zarr_format=2).require_group("2014")
    array = group.create_array(
        "171A", shape=(images, 512, 512), chunks=(chunk, 512, 512), dtype="f4", compressors=compressor
    )
    for first in range(0, images, chunk):
        count = min(chunk, images - first)
        array[first : first + count] = rng.poisson(disk, (count, 512, 512)).astype("f4") / np.float32(1.9996)


def seconds(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=120)
    parser.add_argument("--chunk", type=int, default=15)
    parser.add_argument("--wanted", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), args.images, args.chunk)
        plain = zarr.open_array(Path(folder) / "2014" / "171A", mode="r")
        planned = open_images(open_files(folder), "2014/171A")
        wanted = np.random.default_rng(1).permutation(args.images)[: args.wanted].tolist()
        found = dict(planned.read(wanted[:9]))
        assert all(np.array_equal(found[index], plain[index]) for index in wanted[:9])
        rounds = []
        for _ in range(args.rounds):
            one_by_one = seconds(lambda: [plain[index] for index in wanted])
            by_chunk = seconds(lambda: [image.sum() for _, image in planned.read(wanted)])
            rounds.append((one_by_one, by_chunk))
    ratios = [one / planned for one, planned in rounds]
    rates = [round(len(wanted) / statistics.median(way)) for way in zip(*rounds, strict=True)]
    print(
        json.dumps(
            {
                "images": args.images,
                "wanted": len(wanted),
                "chunk": args.chunk,
                "load": [round(value, 1) for value in os.getloadavg()],
                "one_by_one_images_per_s": rates[0],
                "planned_images_per_s": rates[1],
                "ratio": round(statistics.median(ratios), 1),
                "ratio_least": round(min(ratios), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
