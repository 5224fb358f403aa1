"""50,000 STIX images embedded, clustered, kept and searched in bounded memory.

Usage: ``python benchmarks/stix_images_scale.py [--images N] [--threads T]``; prints one JSON object. Images are made on the
way (turned, moved, with new noise) and that time is not counted. "Embedding" is preprocessing and encoder; everything
else is what must stay below a tenth of it: verdicts of the shipped transforms, a refit of components and clusters on
all embeddings, the database, a hundred searches, and the lists of clusters and of what to look at first.
"""

from __future__ import annotations

import argparse
import heapq
import json
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from helioscribe.adapters.memory import MemoryCatalogue, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.db import SqlEmbeddings, migrate, open_engine
from helioscribe.domain.embedding import Embedding
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.options import Serving
from helioscribe.ports.embeddings import said_of_all
from helioscribe.runtime.reviews.clusters import clusters_of
from helioscribe.sdk.testing.sun import synthetic_x_ray_map
from helioscribe_stix_ssl._preprocess import Window, crop, encoder_input
from helioscribe_stix_ssl._transforms import judge, unit

SPACE = "stix-ssl/benchmark/image"
BATCH = 64


class Clock:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        begin = time.perf_counter()
        yield
        self.spent[what] += time.perf_counter() - begin


def maps(count: int):
    """Yield maps that differ in sources, place, direction, brightness and noise."""
    rng = np.random.default_rng(0)
    bases = [synthetic_x_ray_map(sources=[(0, 0), *rng.uniform(-60, 60, (n % 3, 2))], seed=n) for n in range(60)]
    for number in range(count):
        base = bases[number % len(bases)]
        turned = np.rot90(base.pixels, rng.integers(4))
        moved = np.roll(turned, rng.integers(-12, 13, 2), axis=(0, 1)) * np.float32(10 ** rng.uniform(-3, 1))
        noise = rng.standard_normal((33, 33), np.float32).repeat(8, 0).repeat(8, 1)[:257, :257]
        noisy = moved + noise * moved.max() * np.float32(rng.uniform(0.002, 0.05))
        yield crop(replace(base, pixels=noisy), Window())


def scores_of(said, row: int) -> dict[str, float]:
    return {name: float(getattr(said, name)[row]) for name in ("anomaly", "rank", "multiple", "doubt", "cluster", "distance")}


def run(count: int, threads: int, folder: Path) -> dict:
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    host = DetectorHost(models=MemoryModels(), artifacts=MemoryArtifacts(), serving=Serving(threads=threads, cores=threads))
    models = host.models_of("stix-ssl")
    engine = open_engine(f"sqlite:///{folder}/scale.db")
    migrate(engine)
    store, clock = SqlEmbeddings(engine), Clock()
    # What grows with the number of images: one vector and one cluster each.
    vectors, clusters, done = np.empty((count, 0), np.float32), np.empty(count, np.int32), 0
    parts: list[np.ndarray] = []
    for part in maps(count):
        parts.append(part)
        if len(parts) < BATCH and done + len(parts) < count:
            continue
        with clock.on("embedding"):
            seen = np.stack([encoder_input(one) for one in parts])
            found = models["encoder"](image=seen)["embedding"]
        with clock.on("verdicts"):
            said = judge(models.arrays("transforms"), found)
        if not done:
            vectors = np.empty((count, found.shape[1]), np.float32)
        vectors[done : done + len(parts)] = unit(found)
        clusters[done : done + len(parts)] = said.cluster
        with clock.on("database"):
            store.put([
                Embedding(space=SPACE, subject=f"obs-{done + i:08d}", vector=vectors[done + i], scores=scores_of(said, i))
                for i in range(len(parts))
            ])  # fmt: skip
        done += len(parts)
        parts = []
    with clock.on("refit"):
        points = PCA(40, random_state=0).fit_transform(vectors)
        refit = KMeans(30, n_init=1, random_state=0).fit(points)
    queries = np.random.default_rng(1).integers(0, count, 100)
    with clock.on("100 searches"):
        hits = [store.nearest(SPACE, vectors[row], limit=10)[0].subject == f"obs-{row:08d}" for row in queries]
    with clock.on("clusters and queue"):
        listed = sum(cluster.images for cluster in clusters_of(MemoryCatalogue(), store, SPACE))
        odd = heapq.nsmallest(20, said_of_all(store, SPACE), key=lambda one: one.scores["anomaly"])
    engine.dispose()
    assert (listed, len(odd)) == (count, min(count, 20))
    rest = sum(seconds for what, seconds in clock.spent.items() if what != "embedding")
    return {
        "images": count,
        "seconds": {what: round(seconds, 2) for what, seconds in clock.spent.items()},
        "images_per_second": round(count / clock.spent["embedding"], 1),
        "rest_over_embedding": round(rest / clock.spent["embedding"], 4),
        "search_ms": round(10 * clock.spent["100 searches"], 1),
        "found_itself_first": float(np.mean(hits)),
        "clusters_used": len(np.unique(clusters)),
        "refit_inertia": round(float(refit.inertia_), 2),
        "peak_memory_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "database_MB": round((folder / "scale.db").stat().st_size / 1e6, 1),
        "threads": threads,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(run(options.images, options.threads, Path(place)), indent=1))
