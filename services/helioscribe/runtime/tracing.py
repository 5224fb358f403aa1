"""Spans of traces. Their ids are always made; they are sent to an OpenTelemetry collector if one is set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helioscribe.domain.errors import HelioscribeError, MissingDependencyError
from helioscribe.domain.trace import TraceContext, current, following

__all__ = ["Tracing", "span"]


class Tracing:
    """Sends the spans of this process to a collector between `start` and `stop`."""

    _tracer: Any = None
    _provider: Any = None

    @classmethod
    def start(cls, service: str, collector: str, *, exporter: Any = None) -> None:
        """Start to send spans.

        Parameters
        ----------
        service
            Name of this process in the traces.
        collector
            OTLP address of the collector, for gRPC, such as ``http://host:4317``.
        exporter
            Exporter to use instead of the collector.

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
        """Send the remaining spans and stop."""
        if cls._provider is not None:
            cls._provider.shutdown()
        cls._provider = cls._tracer = None


@contextmanager
def span(name: str, parent: str = "", **attributes: str) -> Iterator[None]:
    """Run a block as one span of a trace.

    Parameters
    ----------
    name
        Name of the span.
    parent
        Trace header of the caller; by default the present span of this thread, or a new trace if there is none.
    **attributes
        Attributes of the span.
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
