"""The catalogue, its jobs and its models over gRPC: every method converts, calls one port, converts back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.queries import limit_of, member_of, query_from_message
from helioscribe.adapters.rpc.values import from_values
from helioscribe.domain.association import EventChange
from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import JobError, JobKind, JobState, Priority
from helioscribe.domain.model import Alias, ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy
from helioscribe.domain.review import Review, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.domain.training_run import RunEntry
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.ports.embeddings import EmbeddingStore, similar_to
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.run_log import RunLog
from helioscribe.proto.v1 import (
    catalogue_pb2,
    catalogue_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    models_pb2,
    models_pb2_grpc,
    nouns_pb2,
    similarity_pb2,
    similarity_pb2_grpc,
    training_pb2,
    training_pb2_grpc,
)
from helioscribe.runtime.reviews.judging import signature

__all__ = ["SCOPES", "SERVICES", "register"]

SERVICES = tuple(f"helioscribe.v1.{name}Service" for name in ("Catalogue", "Job", "Model", "Similarity", "RunLog"))
"""Full names of what is served."""

_READ = (
    "GetObservation", "ListObservations", "ListRuns", "GetDetection", "GetEvent", "ListRevisions", "SearchEvents",
    "WatchEvents", "ListCoverage", "ListFailures", "ListReviews", "ListStandings",
    "CountEvents", "NewestCursor",
)  # fmt: skip
_OWN = (
    "AddObservation", "RecordRun", "SidelineRuns", "PendingDetections", "ApplyChanges", "AddCoverage", "AddFailure",
    "ClearFailure",
)  # fmt: skip
_JOBS = {"GetJob": "read", "FindJobs": "read", "CancelJob": "jobs", "RetryJob": "jobs"} | dict.fromkeys(
    ("SubmitJob", "ClaimJob", "RenewLease", "FinishJob", "FailJob", "ReapJobs"), "worker"
)
_ASKED = (
    "GetCard", "ListCards", "GetAliases", "ResolveAlias", "GetHistory", "ListSidelined", "GetBenchmark",
    "ListMeasurements",
)  # fmt: skip
_MODELS = dict.fromkeys(_ASKED, "read") | {
    "RegisterCard": "train", "Promote": "train", "Rollback": "train", "FixBenchmark": "train",
    "AddMeasurement": "worker",  # else whoever may promote could say what was measured
}  # fmt: skip

SCOPES: Mapping[str, str] = {
    **{f"/{SERVICES[0]}/{name}": "read" for name in _READ},
    **{f"/{SERVICES[0]}/{name}": "worker" for name in _OWN},
    f"/{SERVICES[0]}/AddReview": "review",
    f"/{SERVICES[0]}/ImportEvents": "write",
    **{f"/{SERVICES[1]}/{name}": scope for name, scope in _JOBS.items()},
    **{f"/{SERVICES[2]}/{name}": scope for name, scope in _MODELS.items()},
    **{f"/{SERVICES[3]}/{name}": "read" for name in ("GetEmbedding", "FindSimilar", "ListScored", "ListSpaces")},
    f"/{SERVICES[3]}/PutEmbeddings": "worker",
    f"/{SERVICES[4]}/ReadEntries": "read",
    f"/{SERVICES[4]}/AppendEntries": "worker",
}
"""What each method needs."""

_PAGE = 200
_LOOK_EVERY = 0.5


def register(
    server: Any,
    *,
    catalogue: Catalogue,
    jobs: JobStore,
    models: ModelRegistry,
    embeddings: EmbeddingStore,
    run_log: RunLog,
) -> None:
    """Put all services on a gRPC server."""
    catalogue_pb2_grpc.add_CatalogueServiceServicer_to_server(_Catalogue(catalogue), server)  # type: ignore[no-untyped-call]
    jobs_pb2_grpc.add_JobServiceServicer_to_server(_Jobs(jobs), server)  # type: ignore[no-untyped-call]
    models_pb2_grpc.add_ModelServiceServicer_to_server(_Models(models), server)  # type: ignore[no-untyped-call]
    similarity_pb2_grpc.add_SimilarityServiceServicer_to_server(_Similarity(embeddings), server)  # type: ignore[no-untyped-call]
    training_pb2_grpc.add_RunLogServiceServicer_to_server(_RunLog(run_log), server)  # type: ignore[no-untyped-call]


def _pages(items: Iterable[Any], message: Callable[[], Any], *, size: int = _PAGE) -> Iterator[list[Any]]:
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield [to_message(item, message()) for item in page]


def _span(request: Any) -> TimeRange | None:
    return to_noun(request.time_range, TimeRange) if request.HasField("time_range") else None


def _given(request: Any, name: str) -> Any:
    return getattr(request, name) if request.HasField(name) else None


class _Catalogue(catalogue_pb2_grpc.CatalogueServiceServicer):
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def GetObservation(self, request: Any, context: Any) -> Any:
        found = self._catalogue.observation(request.observation_id)
        return catalogue_pb2.GetObservationResponse(observation=to_message(found, nouns_pb2.Observation()))

    def ListObservations(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.observations(
            time_range=_span(request), instrument=_given(request, "instrument"), limit=limit_of(request)
        )
        for page in _pages(found, nouns_pb2.Observation):
            yield catalogue_pb2.ListObservationsResponse(observations=page)

    def ListRuns(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.runs(observation_id=request.observation_id, detector=_given(request, "detector"))
        for page in _pages(found, nouns_pb2.RecordedRun, size=1):
            yield catalogue_pb2.ListRunsResponse(runs=page)

    def GetDetection(self, request: Any, context: Any) -> Any:
        found = self._catalogue.detection(request.detection_id)
        return catalogue_pb2.GetDetectionResponse(detection=to_message(found, nouns_pb2.Detection()))

    def GetEvent(self, request: Any, context: Any) -> Any:
        found = self._catalogue.event(request.event_id, revision=_given(request, "revision"))
        return catalogue_pb2.GetEventResponse(event=to_message(found, nouns_pb2.Event()))

    def ListRevisions(self, request: Any, context: Any) -> Iterator[Any]:
        for page in _pages(self._catalogue.revisions(request.event_id), nouns_pb2.Revision):
            yield catalogue_pb2.ListRevisionsResponse(revisions=page)

    def SearchEvents(self, request: Any, context: Any) -> Iterator[Any]:
        for page in _pages(self._catalogue.search(query_from_message(request.query)), nouns_pb2.Event):
            yield catalogue_pb2.SearchEventsResponse(events=page)

    def NewestCursor(self, request: Any, context: Any) -> Any:
        return catalogue_pb2.NewestCursorResponse(cursor=self._catalogue.newest_cursor())

    def CountEvents(self, request: Any, context: Any) -> Any:
        by = [member_of(CountBy, one) for one in request.by[: len(CountBy)]]
        found = self._catalogue.counts(query_from_message(request.query), by=by)
        counts = [catalogue_pb2.EventCount(keys=keys, number=number) for keys, number in sorted(found.items())]
        return catalogue_pb2.CountEventsResponse(counts=counts)

    def ImportEvents(self, request: Any, context: Any) -> Any:
        events = [to_noun(event, Event) for event in request.events]
        news = self._catalogue.import_events(events, reason=request.reason or "imported")
        return catalogue_pb2.ImportEventsResponse(news=news)

    def WatchEvents(self, request: Any, context: Any) -> Iterator[Any]:
        cursor, limit = request.cursor, limit_of(request)
        while context.is_active():
            changes = self._catalogue.watch(cursor=cursor, limit=limit)
            for page in _pages(changes, nouns_pb2.Revision):
                yield catalogue_pb2.WatchEventsResponse(revisions=page)
            if not request.follow:
                return
            if changes:
                cursor = changes[-1].cursor
            else:
                time.sleep(_LOOK_EVERY)

    def ListCoverage(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.coverage(
            detector=_given(request, "detector"),
            time_range=_span(request),
            observation_id=_given(request, "observation_id"),
        )
        for page in _pages(found, nouns_pb2.Coverage):
            yield catalogue_pb2.ListCoverageResponse(coverage=page)

    def ListFailures(self, request: Any, context: Any) -> Iterator[Any]:
        for page in _pages(self._catalogue.failures(limit=limit_of(request)), nouns_pb2.Failure):
            yield catalogue_pb2.ListFailuresResponse(failures=page)

    def ListReviews(self, request: Any, context: Any) -> Any:
        found = self._catalogue.reviews(member_of(SubjectKind, request.kind), request.subject)
        return catalogue_pb2.ListReviewsResponse(reviews=[to_message(one, nouns_pb2.Review()) for one in found])

    def ListStandings(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.standings(
            member_of(SubjectKind, request.kind),
            subjects=list(request.subjects) if request.chosen else None,
            decision=member_of(Verdict, request.decision) if request.HasField("decision") else None,
            limit=limit_of(request),
        )
        for page in _pages(found, nouns_pb2.Standing):
            yield catalogue_pb2.ListStandingsResponse(standings=page)

    def AddReview(self, request: Any, context: Any) -> Any:
        request.review.by = signature(request.review.by)
        kept = self._catalogue.add_review(to_noun(request.review, Review))
        return catalogue_pb2.AddReviewResponse(review=to_message(kept, nouns_pb2.Review()))

    def AddObservation(self, request: Any, context: Any) -> Any:
        new = self._catalogue.add_observation(to_noun(request.observation, Observation))
        return catalogue_pb2.AddObservationResponse(new=new)

    def RecordRun(self, request: Any, context: Any) -> Any:
        return catalogue_pb2.RecordRunResponse(new=self._catalogue.record_run(to_noun(request.run, RecordedRun)))

    def SidelineRuns(self, request: Any, context: Any) -> Any:
        changed = self._catalogue.sideline(request.detector, list(request.versions))
        return catalogue_pb2.SidelineRunsResponse(detections=changed)

    def PendingDetections(self, request: Any, context: Any) -> Any:
        found = self._catalogue.pending_detections(limit=limit_of(request))
        messages = [to_message(detection, nouns_pb2.Detection()) for detection in found]
        return catalogue_pb2.PendingDetectionsResponse(detections=messages)

    def ApplyChanges(self, request: Any, context: Any) -> Any:
        changes = [to_noun(change, EventChange) for change in request.changes]
        events = self._catalogue.apply(changes, associated=list(request.associated))
        return catalogue_pb2.ApplyChangesResponse(events=[to_message(event, nouns_pb2.Event()) for event in events])

    def AddCoverage(self, request: Any, context: Any) -> Any:
        self._catalogue.add_coverage([to_noun(item, Coverage) for item in request.coverage])
        return catalogue_pb2.AddCoverageResponse()

    def AddFailure(self, request: Any, context: Any) -> Any:
        self._catalogue.add_failure(to_noun(request.failure, Failure))
        return catalogue_pb2.AddFailureResponse()

    def ClearFailure(self, request: Any, context: Any) -> Any:
        self._catalogue.clear_failure(stage=request.stage, subject=request.subject)
        return catalogue_pb2.ClearFailureResponse()


class _Jobs(jobs_pb2_grpc.JobServiceServicer):
    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def GetJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.get(request.job_id)
        return jobs_pb2.GetJobResponse(job=to_message(job, nouns_pb2.Job()))

    def FindJobs(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._jobs.find(
            kind=member_of(JobKind, request.kind) if request.HasField("kind") else None,
            states=tuple(member_of(JobState, state) for state in request.states),
            limit=limit_of(request),
        )
        for page in _pages(found, nouns_pb2.Job):
            yield jobs_pb2.FindJobsResponse(jobs=page)

    def CancelJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.cancel(request.job_id)
        return jobs_pb2.CancelJobResponse(job=to_message(job, nouns_pb2.Job()))

    def RetryJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.retry(request.job_id)
        return jobs_pb2.RetryJobResponse(job=to_message(job, nouns_pb2.Job()))

    def SubmitJob(self, request: Any, context: Any) -> Any:
        payload, kind = from_values(request.payload), member_of(JobKind, request.kind)
        attempts = request.max_attempts if request.HasField("max_attempts") else 5
        priority = request.priority if request.HasField("priority") else Priority.LIVE
        job, new = self._jobs.submit(kind, request.key, payload, max_attempts=attempts, priority=priority)
        return jobs_pb2.SubmitJobResponse(job=to_message(job, nouns_pb2.Job()), new=new)

    def ClaimJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.claim(request.job_id, worker=request.worker, lease=request.lease)
        return jobs_pb2.ClaimJobResponse(job=to_message(job, nouns_pb2.Job()) if job else None)

    def RenewLease(self, request: Any, context: Any) -> Any:
        progress = _given(request, "progress")
        job = self._jobs.renew(request.job_id, worker=request.worker, lease=request.lease, progress=progress)
        return jobs_pb2.RenewLeaseResponse(job=to_message(job, nouns_pb2.Job()))

    def FinishJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.finish(request.job_id, worker=request.worker, result=from_values(request.result))
        return jobs_pb2.FinishJobResponse(job=to_message(job, nouns_pb2.Job()))

    def FailJob(self, request: Any, context: Any) -> Any:
        error, retry_in = to_noun(request.error, JobError), _given(request, "retry_in")
        job = self._jobs.fail(request.job_id, worker=request.worker, error=error, retry_in=retry_in)
        return jobs_pb2.FailJobResponse(job=to_message(job, nouns_pb2.Job()))

    def ReapJobs(self, request: Any, context: Any) -> Any:
        found = self._jobs.reap(limit=limit_of(request), published_before=request.published_before)
        return jobs_pb2.ReapJobsResponse(jobs=[to_message(job, nouns_pb2.Job()) for job in found])


class _Models(models_pb2_grpc.ModelServiceServicer):
    def __init__(self, models: ModelRegistry) -> None:
        self._models = models

    def GetCard(self, request: Any, context: Any) -> Any:
        found = self._models.card(request.name, request.version)
        return models_pb2.GetCardResponse(card=to_message(found, nouns_pb2.ModelCard()))

    def ListCards(self, request: Any, context: Any) -> Any:
        found = self._models.cards(_given(request, "name"))
        return models_pb2.ListCardsResponse(cards=[to_message(card, nouns_pb2.ModelCard()) for card in found])

    def GetAliases(self, request: Any, context: Any) -> Any:
        found = self._models.aliases(request.name)
        return models_pb2.GetAliasesResponse(versions={alias.value: version for alias, version in found.items()})

    def ResolveAlias(self, request: Any, context: Any) -> Any:
        found = self._models.resolve(request.name, member_of(Alias, request.alias))
        return models_pb2.ResolveAliasResponse(card=to_message(found, nouns_pb2.ModelCard()))

    def GetHistory(self, request: Any, context: Any) -> Any:
        found = self._models.history(request.name)
        messages = [to_message(change, nouns_pb2.AliasChange()) for change in found]
        return models_pb2.GetHistoryResponse(changes=messages)

    def ListSidelined(self, request: Any, context: Any) -> Any:
        found = {name: models_pb2.Versions(versions=sorted(one)) for name, one in self._models.sidelined().items()}
        return models_pb2.ListSidelinedResponse(models=found)

    def RegisterCard(self, request: Any, context: Any) -> Any:
        self._models.register(to_noun(request.card, ModelCard))
        return models_pb2.RegisterCardResponse()

    def Promote(self, request: Any, context: Any) -> Any:
        alias = member_of(Alias, request.alias)
        change = self._models.promote(
            request.name, request.version, alias=alias, by=signature(request.by), reason=request.reason,
            override=request.override,
        )  # fmt: skip
        return models_pb2.PromoteResponse(change=to_message(change, nouns_pb2.AliasChange()))

    def Rollback(self, request: Any, context: Any) -> Any:
        alias = member_of(Alias, request.alias)
        change = self._models.rollback(request.name, alias=alias, by=signature(request.by), reason=request.reason)
        return models_pb2.RollbackResponse(change=to_message(change, nouns_pb2.AliasChange()))

    def FixBenchmark(self, request: Any, context: Any) -> Any:
        fixed = to_noun(request.benchmark, Benchmark)
        self._models.fix_benchmark(replace(fixed, by=signature(fixed.by), at=utc_now()))
        return models_pb2.FixBenchmarkResponse()

    def GetBenchmark(self, request: Any, context: Any) -> Any:
        found = self._models.benchmark(request.name)
        message = to_message(found, nouns_pb2.Benchmark()) if found else None
        return models_pb2.GetBenchmarkResponse(benchmark=message)

    def AddMeasurement(self, request: Any, context: Any) -> Any:
        measured = to_noun(request.measurement, Measurement)
        self._models.add_measurement(replace(measured, by=signature(measured.by)))
        return models_pb2.AddMeasurementResponse()

    def ListMeasurements(self, request: Any, context: Any) -> Any:
        found = [to_message(one, nouns_pb2.Measurement()) for one in self._models.measurements(request.name)]
        return models_pb2.ListMeasurementsResponse(measurements=found)


class _Similarity(similarity_pb2_grpc.SimilarityServiceServicer):
    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings

    def GetEmbedding(self, request: Any, context: Any) -> Any:
        found = self._embeddings.get(request.space, request.subject)
        message = similarity_pb2.Embedding(
            space=found.space, subject=found.subject, vector=found.vector.tolist(), scores=found.scores
        )
        return similarity_pb2.GetEmbeddingResponse(embedding=message)

    def FindSimilar(self, request: Any, context: Any) -> Any:
        limit = request.limit or 10
        match request.WhichOneof("like"):
            case "subject":
                found = similar_to(self._embeddings, request.space, request.subject, limit=limit)
            case "vector":
                vector = np.asarray(request.vector.values, np.float32)
                found = self._embeddings.nearest(request.space, vector, limit=limit)
            case _:
                raise InvalidInputError("expected a subject or a vector to compare with")
        near = [similarity_pb2.Neighbour(subject=one.subject, distance=one.distance) for one in found]
        return similarity_pb2.FindSimilarResponse(neighbours=near)

    def ListScored(self, request: Any, context: Any) -> Any:
        found = self._embeddings.scored(request.space, after=request.after, limit=min(request.limit or 1000, 5000))
        scored = [similarity_pb2.Scored(subject=one.subject, scores=one.scores) for one in found]
        return similarity_pb2.ListScoredResponse(scored=scored)

    def ListSpaces(self, request: Any, context: Any) -> Any:
        return similarity_pb2.ListSpacesResponse(sizes=self._embeddings.spaces())

    def PutEmbeddings(self, request: Any, context: Any) -> Any:
        self._embeddings.put([
            Embedding(
                space=one.space, subject=one.subject, vector=np.asarray(one.vector, np.float32), scores=dict(one.scores)
            )
            for one in request.embeddings
        ])  # fmt: skip
        return similarity_pb2.PutEmbeddingsResponse()


class _RunLog(training_pb2_grpc.RunLogServiceServicer):
    def __init__(self, run_log: RunLog) -> None:
        self._run_log = run_log

    def AppendEntries(self, request: Any, context: Any) -> Any:
        entries = [to_noun(entry, RunEntry) for entry in request.entries]
        return training_pb2.AppendEntriesResponse(new=self._run_log.append(request.job_id, entries))

    def ReadEntries(self, request: Any, context: Any) -> Iterator[Any]:
        for page in _pages(self._run_log.read(request.job_id, after=request.after), nouns_pb2.RunEntry):
            yield training_pb2.ReadEntriesResponse(entries=page)
