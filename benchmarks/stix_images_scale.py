"""50,000 STIX images embedded, clustered, kept and searched in bounded memory.

Usage: ``python benchmarks/stix_images_scale.py [--images N] [--threads T]``; prints one JSON object. Images are made on the
way (turned, moved, with new noise) and that time is not counted, nor is loading libraries. "Embedding" is preprocessing
and encoder; everything else is what must stay below a tenth of it: verdicts of the shipped transforms, a refit of as
many components and clusters on all embeddings, the database, a hundred searches, and the lists of clusters and of what
to look at first.
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
from itertools import islice
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from helioscribe.adapters.memory import MemoryCatalogue, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.db import SqlEmbeddings, migrate, open_engine
from helioscribe.domain.embedding import Embedding
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.options import Serving
from helioscribe.ports.embeddings import all_scores
from helioscribe.runtime.reviews.clusters import clusters_of
from helioscribe.sdk import Models
from helioscribe.sdk.testing.sun import synthetic_x_ray_map
from helioscribe_stix_ssl._oddity import layout
from helioscribe_stix_ssl._preprocess import Window, crop, encoder_input
from helioscribe_stix_ssl._transforms import Verdicts, judge, unit

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


def batches(count: int) -> Iterator[list[np.ndarray]]:
    made = maps(count)
    while part := list(islice(made, BATCH)):
        yield part


def records(vectors: np.ndarray, said: Verdicts, first: int) -> list[Embedding]:
    """Return what is kept of a batch of images, the first of which has number `first`."""
    scores = {name: getattr(said, name) for name in ("anomaly", "rank", "multiple", "doubt", "cluster", "distance")}
    scores |= {f"pc{number}": said.components[:, number - 1] for number in range(1, 9)}
    return [
        Embedding(
            space=SPACE,
            subject=f"obs-{first + row:08d}",
            vector=vector,
            scores={name: float(values[row]) for name, values in scores.items()},
        )
        for row, vector in enumerate(vectors)
    ]


def embed(count: int, models: Models, store: SqlEmbeddings, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """Embed, judge and keep all images; return vectors and clusters, which is all that grows with their number."""
    vectors, clusters = np.empty((count, 0), np.float32), np.empty(count, np.int32)
    first = 0
    for part in batches(count):
        with clock.on("embedding"):
            seen = np.stack([encoder_input(one) for one in part])
            found = models["encoder"](image=seen)["embedding"]
        with clock.on("verdicts"):
            said = judge(models.arrays("transforms"), found, layout(seen[:, 0]), np.zeros(len(found), bool))
        if not first:
            vectors = np.empty((count, found.shape[1]), np.float32)
        here = slice(first, first + len(part))
        vectors[here], clusters[here] = unit(found), said.cluster
        with clock.on("database"):
            store.put(records(vectors[here], said, first))
        first += len(part)
    return vectors, clusters


def refit(vectors: np.ndarray, *, clusters: int, components: int, threads: int) -> float:
    """Fit components and clusters anew and return the inertia."""
    with threadpool_limits(threads):
        points = PCA(components, random_state=0).fit_transform(vectors)
        return float(KMeans(clusters, n_init=1, random_state=0).fit(points).inertia_)


def search(store: SqlEmbeddings, vectors: np.ndarray) -> float:
    """Look for the neighbours of a hundred images; return the share that found itself first."""
    rows = np.random.default_rng(1).integers(0, len(vectors), 100)
    return float(np.mean([store.nearest(SPACE, vectors[row], limit=10)[0].subject == f"obs-{row:08d}" for row in rows]))


def look(store: SqlEmbeddings, count: int) -> None:
    """List the clusters, and the images to look at first."""
    listed = sum(cluster.images for cluster in clusters_of(MemoryCatalogue(), SPACE, all_scores(store, SPACE)))
    odd = heapq.nsmallest(20, all_scores(store, SPACE), key=lambda one: one.scores["anomaly"])
    assert (listed, len(odd)) == (count, min(count, 20))


def run(count: int, threads: int, folder: Path) -> dict:
    host = DetectorHost(
        models=MemoryModels(), artifacts=MemoryArtifacts(), serving=Serving(threads=threads, cores=threads)
    )
    engine = open_engine(f"sqlite:///{folder}/scale.db")
    migrate(engine)
    store, clock = SqlEmbeddings(engine), Clock()
    models = host.models_of("stix-ssl")
    shipped = models.arrays("transforms")["centres"].shape
    with threadpool_limits(1):  # the products of a batch are too small to be shared: threads would only wait
        vectors, clusters = embed(count, models, store, clock)
    with clock.on("refit"):
        inertia = refit(vectors, clusters=shipped[0], components=shipped[1], threads=threads)
    with clock.on("100 searches"):
        themselves = search(store, vectors)
    with clock.on("clusters and queue"):
        look(store, count)
    engine.dispose()
    host.pool.close()
    found = {"images": count, "threads": threads, "found_itself_first": themselves, "refit_inertia": round(inertia, 2)}
    found |= {
        "clusters_used": len(np.unique(clusters)),
        "database_MB": round((folder / "scale.db").stat().st_size / 1e6, 1),
    }
    return found | costs(clock, count)


def costs(clock: Clock, count: int) -> dict:
    """Return time and memory."""
    embedding = clock.spent["embedding"]
    return {
        "seconds": {what: round(seconds, 2) for what, seconds in clock.spent.items()},
        "images_per_second": round(count / embedding, 1),
        "rest_over_embedding": round(sum(clock.spent.values()) / embedding - 1, 4),
        "search_ms": round(10 * clock.spent["100 searches"], 1),
        "peak_memory_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(run(options.images, options.threads, Path(place)), indent=1))
