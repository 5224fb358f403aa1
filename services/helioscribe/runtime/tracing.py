"""Spans of a trace: ids always, and their times to an OpenTelemetry collector where the operator has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helioscribe.domain.errors import HelioscribeError, MissingDependencyError
from helioscribe.domain.trace import TraceContext, current, following

__all__ = ["Tracing", "span"]


class Tracing:
    """Sends the spans of this process to a collector, between `start` and `stop`."""

    _tracer: Any = None
    _provider: Any = None

    @classmethod
    def start(cls, service: str, collector: str, *, exporter: Any = None) -> None:
        """Begin to send.

        Parameters
        ----------
        service
            Name of this process in the traces.
        collector
            Its OTLP address over gRPC, ``http://host:4317``.
        exporter
            Another receiver than the collector.

        Raises
        ------
        MissingDependencyError
            If OpenTelemetry is not installed.
        """
        try:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ModuleNotFoundError as error:
            raise MissingDependencyError.of(str(error.name), extra="tracing") from None
        insecure = not collector.startswith("https:")
        cls._provider = TracerProvider(resource=Resource.create({"service.name": f"helioscribe-{service}"}))
        receiver = exporter or OTLPSpanExporter(endpoint=collector, insecure=insecure)
        cls._provider.add_span_processor(BatchSpanProcessor(receiver))
        cls._tracer = cls._provider.get_tracer("helioscribe")

    @classmethod
    def stop(cls) -> None:
        """Send what is left and begin no more."""
        if cls._provider is not None:
            cls._provider.shutdown()
        cls._provider = cls._tracer = None


@contextmanager
def span(name: str, parent: str = "", **attributes: str) -> Iterator[None]:
    """Do a step of a trace.

    Parameters
    ----------
    name
        Of the step.
    parent
        Header of who asked for it; by default the step that this thread is at, or else a new trace.
    **attributes
        What the step is about.
    """
    before = TraceContext.parse(parent) or current()
    if Tracing._tracer is None:  # noqa: SLF001  # two halves of one module
        with following(before.child() if before else TraceContext.new()):
            yield
        return
    with _timed(name, before, attributes) as made, following(_place(made)):
        yield


@contextmanager
def _timed(name: str, before: TraceContext | None, attributes: dict[str, str]) -> Iterator[Any]:
    from opentelemetry.trace import Status, StatusCode

    tracer = Tracing._tracer  # noqa: SLF001
    options = {"record_exception": False, "set_status_on_exception": False}
    with tracer.start_as_current_span(name, context=_after(before), attributes=attributes, **options) as made:
        try:
            yield made
        except Exception as error:
            code = error.code if isinstance(error, HelioscribeError) else type(error).__name__
            made.set_status(Status(StatusCode.ERROR, code))
            raise


def _after(before: TraceContext | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    if before is None:
        return Context()
    flags = TraceFlags(TraceFlags.SAMPLED if before.sampled else TraceFlags.DEFAULT)
    remote = SpanContext(int(before.trace_id, 16), int(before.span_id, 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(remote), Context())


def _place(made: Any) -> TraceContext:
    found = made.get_span_context()
    return TraceContext(f"{found.trace_id:032x}", f"{found.span_id:016x}", bool(found.trace_flags.sampled))
