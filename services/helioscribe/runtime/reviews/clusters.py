"""Which images a model puts together, and what it says of them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from helioscribe.domain.embedding import Scored, embedding_space, split_space
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.model import Alias
from helioscribe.domain.review import Standing, SubjectKind, check_cluster, cluster_id
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore, all_scores
from helioscribe.ports.models import ModelRegistry

__all__ = ["IMAGES", "Cluster", "cluster_of", "clusters_of", "members_of", "scored_space", "scoring_detectors"]

IMAGES = "image"
"""Name of the spaces of images, see `embedding_space`."""

_SEVERAL = 0.5
_TYPICAL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster in figures."""

    id: str
    """See `helioscribe.domain.review.cluster_id`."""

    images: int
    """How many it has."""

    several: float
    """Share that is said to show several sources, 0 to 1."""

    odd: float
    """Share that is said to be unusual, 0 to 1."""

    typical: tuple[str, ...]
    """Ids of the images nearest to its centre, the nearest first."""

    standing: Standing | None
    """What people said of it."""

    @property
    def number(self) -> int:
        """Its number among the clusters of its model."""
        return int(self.id.rpartition("/")[2])


def scoring_detectors(embeddings: EmbeddingStore) -> list[str]:
    """Return the detectors that have said something of images; who has seen most comes first."""
    return _by_images(_image_spaces(embeddings))


def scored_space(
    embeddings: EmbeddingStore, models: ModelRegistry, detector: str | None = None, model_version: str | None = None
) -> str:
    """Return the space with a detector's images.

    Parameters
    ----------
    embeddings, models
        Stores of the scores and of the roles of models.
    detector
        Detector that assigned the images; by default the first of `scoring_detectors`.
    model_version
        As which model saw them; by default the champion, or who saw most if the champion saw none.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    sizes = _image_spaces(embeddings)
    chosen = detector or next(iter(_by_images(sizes)), None)
    if chosen is None:
        raise NotFoundError("no detector has said anything of images yet")
    known = [name for name in sizes if split_space(name)[0] == chosen]
    if model_version is not None:
        known = [name for name in known if split_space(name)[1] == model_version]
    if not known:
        version = f" {model_version}" if model_version else ""
        others = ", ".join(sorted(name.removesuffix(f"/{IMAGES}") for name in sizes))
        raise NotFoundError(f"no images of {chosen}{version}{f'; there are some of {others}' if others else ' yet'}")
    champion = models.aliases(chosen).get(Alias.CHAMPION)
    return max(known, key=lambda name: (split_space(name)[1] == champion, sizes[name], name))


def _image_spaces(embeddings: EmbeddingStore) -> dict[str, int]:
    return {space: size for space, size in embeddings.spaces().items() if split_space(space)[2] == IMAGES}


def _by_images(sizes: Mapping[str, int]) -> list[str]:
    seen: Counter[str] = Counter()
    for space, size in sizes.items():
        seen[split_space(space)[0]] += size
    return sorted(seen, key=lambda name: (-seen[name], name))


def cluster_of(space: str, scored: Scored) -> str:
    """Return the id of the cluster that an image is in; empty if in none."""
    detector, version, _ = split_space(space)
    return cluster_id(detector, version, int(scored.scores["cluster"])) if "cluster" in scored.scores else ""


def members_of(embeddings: EmbeddingStore, cluster: str) -> Iterator[Scored]:
    """Yield the images of a cluster. Raises `InvalidInputError` if that is no name of one."""
    detector, version, _ = check_cluster(cluster).split("/")
    space = embedding_space(detector, version, IMAGES)
    yield from (one for one in all_scores(embeddings, space) if cluster_of(space, one) == cluster)


def clusters_of(catalogue: Catalogue, space: str, said_of_images: Iterable[Scored]) -> list[Cluster]:
    """Return the clusters of all images of a space, the largest first."""
    found: dict[str, list[Scored]] = {}
    for one in said_of_images:
        if name := cluster_of(space, one):
            found.setdefault(name, []).append(one)
    reviewed = catalogue.standings(SubjectKind.CLUSTER, subjects=list(found), limit=len(found))
    said = {one.subject: one for one in reviewed}
    clusters = [_cluster(name, members, said.get(name)) for name, members in found.items()]
    return sorted(clusters, key=lambda cluster: (-cluster.images, cluster.id))


def _cluster(name: str, members: Sequence[Scored], standing: Standing | None) -> Cluster:
    nearest = heapq.nsmallest(_TYPICAL, members, key=lambda one: (one.scores.get("distance", 0.0), one.subject))
    return Cluster(
        id=name,
        images=len(members),
        several=sum(one.scores.get("multiple", 0.0) >= _SEVERAL for one in members) / len(members),
        odd=sum(one.scores.get("anomaly", 0.0) < 0 for one in members) / len(members),
        typical=tuple(one.subject for one in nearest),
        standing=standing,
    )
