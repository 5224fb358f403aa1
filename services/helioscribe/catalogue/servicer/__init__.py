"""The gRPC services of the catalogue process. Every method converts its request, calls one port, and converts back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helioscribe.catalogue.servicer.catalogue import CatalogueServicer
from helioscribe.catalogue.servicer.models import ModelsServicer, SimilarityServicer
from helioscribe.catalogue.servicer.subscriptions import SubscriptionsServicer
from helioscribe.catalogue.servicer.work import JobsServicer, RunLogServicer
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.run_log import RunLog
from helioscribe.ports.subscriptions import SubscriptionDesk
from helioscribe.proto.v1 import (
    catalogue_pb2_grpc,
    jobs_pb2_grpc,
    models_pb2_grpc,
    similarity_pb2_grpc,
    subscriptions_pb2_grpc,
    training_pb2_grpc,
)

__all__ = ["SCOPES", "SERVICES", "register"]

_NAMES = ("Catalogue", "Job", "Model", "Similarity", "RunLog", "Subscription")
SERVICES = tuple(f"helioscribe.v1.{name}Service" for name in _NAMES)
"""Full names of the services."""

_READ = (
    "GetObservation",
    "ListObservations",
    "ListRuns",
    "GetDetection",
    "GetEvent",
    "ListRevisions",
    "SearchEvents",
    "WatchEvents",
    "ListCoverage",
    "ListFailures",
    "ListReviews",
    "ListStandings",
    "ListRelations",
    "CountEvents",
    "NewestCursor",
    "NewestChanges",
    "SearchPage",
)
_OWN = (
    "AddObservation",
    "RecordRun",
    "SidelineRuns",
    "PendingDetections",
    "ApplyChanges",
    "AddCoverage",
    "AddFailure",
    "ClearFailure",
    "ListUnseen",
)
_JOBS = {"GetJob": "read", "FindJobs": "read", "CancelJob": "jobs", "RetryJob": "jobs"} | dict.fromkeys(
    ("SubmitJobs", "ClaimJobs", "RenewLease", "FinishJobs", "FailJob", "ReapJobs"), "worker"
)
_ASKED = (
    "GetCard",
    "ListCards",
    "GetAliases",
    "ResolveAlias",
    "GetHistory",
    "ListSidelined",
    "GetBenchmark",
    "ListMeasurements",
)
_MODELS = dict.fromkeys(_ASKED, "read") | {
    "RegisterCard": "train",
    "Promote": "train",
    "Rollback": "train",
    "FixBenchmark": "train",
    "AddMeasurement": "worker",  # a separate scope: whoever may promote must not set the measurements
}

SCOPES: Mapping[str, str] = {
    **{f"/{SERVICES[0]}/{name}": "read" for name in _READ},
    **{f"/{SERVICES[0]}/{name}": "worker" for name in _OWN},
    f"/{SERVICES[0]}/AddReview": "review",
    f"/{SERVICES[0]}/ImportEvents": "write",
    f"/{SERVICES[0]}/RetractEvent": "write",
    f"/{SERVICES[0]}/AddRelation": "write",
    **{f"/{SERVICES[1]}/{name}": scope for name, scope in _JOBS.items()},
    **{f"/{SERVICES[2]}/{name}": scope for name, scope in _MODELS.items()},
    **{f"/{SERVICES[3]}/{name}": "read" for name in ("GetEmbedding", "FindSimilar", "ListScored", "ListSpaces")},
    f"/{SERVICES[3]}/PutEmbeddings": "worker",
    f"/{SERVICES[4]}/ReadEntries": "read",
    f"/{SERVICES[4]}/AppendEntries": "worker",
    **{
        f"/{SERVICES[5]}/{name}": "write"
        for name in ("Subscribe", "ListSubscriptions", "ListDeadLetters", "Replay", "Unsubscribe")
    },
}
"""The scope that each method needs, by the full name of the method."""


def register(
    server: Any,
    *,
    catalogue: Catalogue,
    jobs: JobStore,
    models: ModelRegistry,
    embeddings: EmbeddingStore,
    run_log: RunLog,
    desk: SubscriptionDesk,
) -> None:
    """Add all services to a gRPC server."""
    served: Mapping[Callable[..., None], object] = {
        catalogue_pb2_grpc.add_CatalogueServiceServicer_to_server: CatalogueServicer(catalogue),
        jobs_pb2_grpc.add_JobServiceServicer_to_server: JobsServicer(jobs),
        models_pb2_grpc.add_ModelServiceServicer_to_server: ModelsServicer(models),
        similarity_pb2_grpc.add_SimilarityServiceServicer_to_server: SimilarityServicer(embeddings),
        training_pb2_grpc.add_RunLogServiceServicer_to_server: RunLogServicer(run_log),
        subscriptions_pb2_grpc.add_SubscriptionServiceServicer_to_server: SubscriptionsServicer(desk),
    }
    for add, servicer in served.items():
        add(servicer, server)
