"""Images that a model puts together: a map of all, the clusters in figures, and the images of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Query, Request, Response

from helioscribe.domain.embedding import embedding_space, split_space
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.review import SubjectKind, cluster_id
from helioscribe.ports.embeddings import all_scores
from helioscribe.runtime.reviews.clusters import IMAGES, clusters_of, members_of, scored_space, scoring_detectors
from helioscribe.runtime.wording import sentence
from helioscribe.web.backend import Backend
from helioscribe.web.drawings.scatter import alike, scatter
from helioscribe.web.pages.review import review_view
from helioscribe.web.rendering import render

__all__ = ["routes"]

_SHOWN = 24
Axes = Literal["looks", "scores"]


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the pages by path."""
    pages = _Clusters(backend)
    return {"/clusters": pages.all, "/clusters/{detector}/{version}/{number}": pages.one}


@dataclass(frozen=True, slots=True)
class _Clusters:
    backend: Backend

    def all(self, detector: str | None = None, model: str | None = None, by: Axes = "looks") -> Response:
        backend, detectors = self.backend, scoring_detectors(self.backend.embeddings)
        known: dict[str, Any] = {"by": by, "detectors": detectors, "detector": detector or next(iter(detectors), "")}
        try:
            space = scored_space(backend.embeddings, backend.models, detector, model)
        except NotFoundError as error:
            return render("clusters.html", clusters=[], why=sentence(error), **known)
        said = list(all_scores(backend.embeddings, space))
        drawn = alike(said) if by == "looks" else scatter(said, "multiple", "anomaly")
        clusters = clusters_of(backend.catalogue, space, said)
        return render("clusters.html", clusters=clusters, map=drawn, version=split_space(space)[1], **known)

    def one(
        self, request: Request, detector: str, version: str, number: int, page: int = Query(1, ge=1, le=100_000)
    ) -> Response:
        backend, name = self.backend, cluster_id(detector, version, number)
        members = sorted(members_of(backend.embeddings, name), key=lambda one: one.scores.get("anomaly", 0.0))
        if not members:
            raise NotFoundError(f"no images in cluster {name}")
        (cluster,) = clusters_of(backend.catalogue, embedding_space(detector, version, IMAGES), members)
        shown = members[(page - 1) * _SHOWN : page * _SHOWN]
        said = backend.catalogue.standings(SubjectKind.IMAGE, subjects=[one.subject for one in shown])
        return render(
            "cluster.html",
            cluster=cluster,
            detector=detector,
            version=version,
            page=page,
            pages=-(-len(members) // _SHOWN),
            images=[(backend.catalogue.observation(one.subject), one.scores) for one in shown],
            standings={one.subject: one for one in said},
            review=review_view(backend, request, SubjectKind.CLUSTER, name),
        )
