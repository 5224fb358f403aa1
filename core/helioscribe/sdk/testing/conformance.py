"""Checks of everything that the platform expects of a detector."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.sdk.detector import Detector, Models
from helioscribe.sdk.discovery import Plugin, PluginState, find_plugin
from helioscribe.sdk.loading import load_reference
from helioscribe.sdk.manifest import DetectorManifest
from helioscribe.sdk.testing.sun import synthetic_image, synthetic_light_curve, synthetic_sequence, synthetic_x_ray_map

__all__ = ["Finding", "Report", "check_plugin"]

_HEAVY = ("torch", "onnxruntime", "sqlalchemy", "celery", "grpc", "minio", "matplotlib")
_LATENCY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check."""

    name: str
    """What was checked."""

    passed: bool
    """Whether the detector does what it must."""

    message: str = ""
    """What is wrong, or what was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of all checks of one plugin."""

    plugin: str
    """Name of the detector."""

    findings: tuple[Finding, ...]
    """One for each check, in order."""

    @property
    def passed(self) -> bool:
        """Whether all checks passed."""
        return all(finding.passed for finding in self.findings)


class _NoModels:
    """Stands for the models of a detector that has none."""

    def __getitem__(self, name: str) -> Any:
        raise NotFoundError(f"no graph {name!r}: the manifest has no [models]")

    def arrays(self, name: str) -> Any:
        raise NotFoundError(f"no arrays {name!r}: the manifest has no [models]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """The plugin that is checked."""

    plugin: Plugin
    manifest: DetectorManifest
    models: Models

    def make_detector(self) -> Detector:
        detector: Detector = load_reference(self.manifest.entry)(self.manifest.resolve_parameters())
        return detector

    def make_product(self, seed: int = 0) -> Product:
        instrument = next(iter(self.manifest.input.instruments), "")
        match self.manifest.input.product:
            case "light_curve":
                return synthetic_light_curve(instrument=instrument or "STIX", seed=seed)
            case "solar_image" if instrument == "STIX":
                return synthetic_x_ray_map(seed=seed)
            case "solar_image":
                return synthetic_image(instrument=instrument or "HMI", seed=seed)
            case _:
                return synthetic_sequence(instrument=instrument or "AIA", seed=seed)

    def detect(self, product: Product) -> DetectionResult:
        return self.make_detector().detect(product, self.models)


class _CheckFailedError(Exception):
    """A detector does not do what it must."""


def _require(condition: object, message: str) -> None:
    if not condition:
        raise _CheckFailedError(message)


def _model_files_are_right(subject: _Subject) -> str:
    for spec in subject.manifest.models.values():
        subject.plugin.read_model(spec)
    return f"{len(subject.manifest.models)} model files"


def _import_is_light(subject: _Subject) -> str:
    module = subject.manifest.entry.partition(":")[0]
    code = f"import sys, {module}; print([name for name in {_HEAVY!r} if name in sys.modules])"
    ran = subprocess.run(  # noqa: S603  # our own interpreter, and a module's name that the manifest's check let pass
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    _require(ran.returncode == 0, f"importing {module} failed: {ran.stderr.strip().splitlines()[-1:]}")
    heavy = ran.stdout.strip()
    _require(heavy == "[]", f"importing {module} also imports {heavy}; import them where they are used")
    return module


def _detections_are_valid(subject: _Subject) -> str:
    began = time.monotonic()
    product = subject.make_product()
    result = subject.detect(product)
    took = time.monotonic() - began
    _require(isinstance(result, DetectionResult), f"expected a DetectionResult, got {type(result).__name__}")
    span, allowed = product.time_range, subject.manifest.event_types
    for detection in result.detections:
        _require(detection.event_type in allowed, f"it reports {detection.event_type}; the manifest allows {allowed}")
        inside = span.contains(detection.time_range.start) and span.contains(detection.time_range.end)
        _require(inside, "it reports an event that begins or ends outside the time of the product")
        _require(detection.provenance is None, "it sets the provenance of a detection, which only the host may")
    _require(result.covered, "it does not say which time it looked at; fill DetectionResult.covered")
    _require(took < _LATENCY, f"it took {took:.0f} s for a small product")
    number = len(result.detections)
    return f"{number} detection{'' if number == 1 else 's'} in {took:.2f} s"


def _is_deterministic(subject: _Subject) -> str:
    product = subject.make_product(seed=1)
    first, again = subject.detect(product), subject.detect(product)
    _require(first.detections == again.detections, "the same product gave different detections")
    if first.scores is not None and again.scores is not None:
        same = np.array_equal(first.scores.values, again.scores.values, equal_nan=True)
        _require(same, "the same product gave different scores")
    return "same product, same result"


def _does_not_change_its_input(subject: _Subject) -> str:
    product = subject.make_product()
    name = "counts" if isinstance(product, LightCurve) else "pixels"
    before = getattr(product, name).copy()
    subject.detect(product)
    _require(np.array_equal(before, getattr(product, name), equal_nan=True), f"it changed {name} of the product")
    return "input unchanged"


def _keeps_no_state(subject: _Subject) -> str:
    detector, product = subject.make_detector(), subject.make_product(seed=2)
    alone = detector.detect(product, subject.models)
    detector.detect(subject.make_product(seed=3), subject.models)
    again = detector.detect(product, subject.models)
    _require(again.detections == alone.detections, "an earlier call changed the result of a later one")
    return "no state"


def _copes_with_missing_data(subject: _Subject) -> str:
    for product in _damaged(subject.make_product()):
        try:
            result = subject.detect(product)
        except InvalidInputError:
            continue
        _require(isinstance(result, DetectionResult), "a product with missing data gave no DetectionResult")
    return "NaN, all bad, very short"


def _damaged(product: Product) -> Iterator[Product]:
    match product:
        case LightCurve():
            holes = product.counts.copy()
            holes[10:20] = np.nan
            yield replace(product, counts=holes, good=np.asarray(np.isfinite(holes).all(axis=1)))
            yield replace(product, good=np.zeros(product.times.size, bool))
            names = ("times", "exposure", "counts", "errors", "live_fraction", "attenuator", "good")
            yield replace(product, **{name: getattr(product, name)[:1] for name in names})
        case SolarImage():
            yield replace(product, pixels=np.full_like(product.pixels, np.nan), mask=np.ones_like(product.mask))
            yield replace(
                product, pixels=np.where(np.eye(len(product.pixels)) > 0, np.inf, product.pixels).astype("f4")
            )
        case ImageSequence():
            yield replace(product, pixels=np.full_like(product.pixels, np.nan))
            yield replace(product, times=product.times[:1], pixels=product.pixels[:1], headers=product.headers[:1])


def _refuses_other_products(subject: _Subject) -> str:
    kind = subject.manifest.input.product
    other: Product = synthetic_light_curve(minutes=5) if kind != "light_curve" else synthetic_image(size=16)
    try:
        subject.detect(other)
    except InvalidInputError as error:
        return error.message
    raise _CheckFailedError(f"it accepted a {other.kind}, expected an InvalidInputError")


_CHECKS: Sequence[tuple[str, Callable[[_Subject], str]]] = (
    ("the model files are those of the manifest", _model_files_are_right),
    ("importing it loads no heavy library", _import_is_light),
)
_RUNS: Sequence[tuple[str, Callable[[_Subject], str]]] = (
    ("detections are valid and found in time", _detections_are_valid),
    ("the same product gives the same result", _is_deterministic),
    ("the product is not changed", _does_not_change_its_input),
    ("calls do not influence each other", _keeps_no_state),
    ("missing data do no harm", _copes_with_missing_data),
    ("other products are refused", _refuses_other_products),
)


def check_plugin(name: str, *, models: Models | None = None) -> Report:
    """Check that an installed detector does everything that the platform expects.

    Parameters
    ----------
    name
        Id of the detector.
    models
        Its graphs and arrays, such as `ShippedModels(name)`. Without them a detector that has models is not run.

    Raises
    ------
    NotFoundError
        If no such detector is installed.

    Examples
    --------
    >>> report = check_plugin("my-detector")  # doctest: +SKIP
    >>> assert report.passed, report.findings  # doctest: +SKIP
    """
    plugin = find_plugin(name)
    if plugin.manifest is None or plugin.state is not PluginState.COMPATIBLE:
        return Report(plugin=name, findings=(Finding(name="manifest", passed=False, message=plugin.error),))
    subject = _Subject(plugin=plugin, manifest=plugin.manifest, models=models or _NoModels())
    findings = [Finding(name="manifest", passed=True, message=f"{plugin.distribution} {plugin.version}")]
    runnable = models is not None or not plugin.manifest.models
    for title, check in (*_CHECKS, *(_RUNS if runnable else ())):
        findings.append(_finding(title, check, subject))
    if not runnable:
        message = "not checked, for want of its models; 'helioscribe detectors check' has them"
        findings.append(Finding(name="behaviour", passed=True, message=message))
    return Report(plugin=name, findings=tuple(findings))


def _finding(title: str, check: Callable[[_Subject], str], subject: _Subject) -> Finding:
    try:
        return Finding(name=title, passed=True, message=check(subject))
    except (_CheckFailedError, HelioscribeError) as error:
        return Finding(name=title, passed=False, message=str(error))
    except Exception as error:  # noqa: BLE001  # foreign code: whatever it raises is a finding
        return Finding(name=title, passed=False, message=f"{type(error).__name__}: {error}")
