"""The promises that every detector must keep, checked one by one."""

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
from helioscribe.domain.identity import digest
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.sdk.detector import Detector, Models
from helioscribe.sdk.discovery import Plugin, PluginState, find_plugin
from helioscribe.sdk.loading import load_reference
from helioscribe.sdk.manifest import DetectorManifest
from helioscribe.sdk.testing.sun import (
    synthetic_image,
    synthetic_light_curve,
    synthetic_sequence,
    synthetic_x_ray_map,
)

__all__ = ["Finding", "Report", "check_plugin"]

_HEAVY = ("torch", "onnxruntime", "sqlalchemy", "celery", "grpc", "minio", "matplotlib")
_LATENCY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one promise was kept."""

    name: str
    """The promise."""

    passed: bool
    """Whether it was."""

    message: str = ""
    """What was wrong, or what was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings about one plugin."""

    plugin: str
    """Its name."""

    findings: tuple[Finding, ...]
    """In the order of the checks."""

    @property
    def passed(self) -> bool:
        """Whether all promises were kept."""
        return all(finding.passed for finding in self.findings)


class _NoModels:
    """For a detector without weights, or where no host runs graphs."""

    def __getitem__(self, name: str) -> Any:
        raise NotFoundError(f"no graph {name!r} without a host")

    def arrays(self, name: str) -> Any:
        raise NotFoundError(f"no arrays {name!r} without a host")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    plugin: Plugin
    manifest: DetectorManifest
    models: Models

    def make(self) -> Detector:
        detector: Detector = load_reference(self.manifest.entry)(self.manifest.resolve_parameters())
        return detector

    def product(self, seed: int = 0) -> Product:
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
        return self.make().detect(product, self.models)


class BrokenPromiseError(AssertionError):
    """A detector did not do what it must."""


def _must(condition: object, message: str) -> None:
    if not condition:
        raise BrokenPromiseError(message)


def _files_are_whole(subject: _Subject) -> str:
    _must(subject.plugin.root is not None, "its package was not found")
    for name, spec in subject.manifest.models.items():
        path = subject.plugin.root / spec.file if subject.plugin.root else None
        _must(path is not None and path.is_file(), f"{name}: {spec.file} is not in the package")
        _must(path and digest(path.read_bytes()) == spec.sha256, f"{name}: {spec.file} has another sha256")
    return f"{len(subject.manifest.models)} model files"


def _import_is_light(subject: _Subject) -> str:
    module = subject.manifest.entry.partition(":")[0]
    code = f"import sys, {module}; print([name for name in {_HEAVY!r} if name in sys.modules])"
    ran = subprocess.run(  # noqa: S603  # our own interpreter, and a module's name that the manifest's check let pass
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    _must(ran.returncode == 0, f"importing {module} failed: {ran.stderr.strip().splitlines()[-1:]}")
    _must(ran.stdout.strip() == "[]", f"importing {module} brings {ran.stdout.strip()}")
    return module


def _finds_what_it_says(subject: _Subject) -> str:
    began = time.monotonic()
    product = subject.product()
    result = subject.detect(product)
    took = time.monotonic() - began
    _must(isinstance(result, DetectionResult), f"it returned {type(result).__name__}, expected a DetectionResult")
    span = product.time_range
    for detection in result.detections:
        _must(detection.event_type in subject.manifest.event_types, f"it claims {detection.event_type}, undeclared")
        inside = span.contains(detection.time_range.start) and span.contains(detection.time_range.end)
        _must(inside, "it claims an event outside of its input")
        _must(detection.provenance is None, "it sets provenance, which is the host's")
    _must(took < _LATENCY, f"it took {took:.0f} s for a small product")
    number = len(result.detections)
    return f"{number} detection{'' if number == 1 else 's'} in {took:.2f} s"


def _is_deterministic(subject: _Subject) -> str:
    product = subject.product(seed=1)
    first, again = subject.detect(product), subject.detect(product)
    _must(first.detections == again.detections, "the same product gave other detections")
    if first.scores is not None and again.scores is not None:
        same = np.array_equal(first.scores.values, again.scores.values, equal_nan=True)
        _must(same, "the same product gave other scores")
    return "same product, same result"


def _leaves_its_input_alone(subject: _Subject) -> str:
    product = subject.product()
    name = "counts" if isinstance(product, LightCurve) else "pixels"
    before = getattr(product, name).copy()
    subject.detect(product)
    _must(np.array_equal(before, getattr(product, name), equal_nan=True), f"it changed the product's {name}")
    return "input unchanged"


def _keeps_no_state(subject: _Subject) -> str:
    detector, product = subject.make(), subject.product(seed=2)
    alone = detector.detect(product, subject.models)
    detector.detect(subject.product(seed=3), subject.models)
    _must(
        detector.detect(product, subject.models).detections == alone.detections, "an earlier call changed a later one"
    )
    return "calls do not know each other"


def _bears_missing_data(subject: _Subject) -> str:
    for product in _damaged(subject.product()):
        try:
            result = subject.detect(product)
        except InvalidInputError:
            continue
        _must(isinstance(result, DetectionResult), "missing data gave no result")
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
    raise BrokenPromiseError(f"it took {other.kind}, expected an InvalidInputError")


_CHECKS: Sequence[tuple[str, Callable[[_Subject], str]]] = (
    ("model files are in the package and whole", _files_are_whole),
    ("importing it is light", _import_is_light),
)
_RUNS: Sequence[tuple[str, Callable[[_Subject], str]]] = (
    ("detections are valid and in time", _finds_what_it_says),
    ("the same product gives the same result", _is_deterministic),
    ("the product is left as it was", _leaves_its_input_alone),
    ("calls do not know each other", _keeps_no_state),
    ("missing data are borne", _bears_missing_data),
    ("other products are refused", _refuses_other_products),
)


def check_plugin(name: str, *, models: Models | None = None) -> Report:
    """Check an installed plugin.

    Parameters
    ----------
    name
        Of the detector.
    models
        Its graphs and arrays as a host runs them; needed to run a detector that has any.

    Raises
    ------
    NotFoundError
        If no plugin has that name.
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
        message = "not run: its graphs need a host; use 'helioscribe detectors check'"
        findings.append(Finding(name="behaviour", passed=True, message=message))
    return Report(plugin=name, findings=tuple(findings))


def _finding(title: str, check: Callable[[_Subject], str], subject: _Subject) -> Finding:
    try:
        return Finding(name=title, passed=True, message=check(subject))
    except (BrokenPromiseError, HelioscribeError) as error:
        return Finding(name=title, passed=False, message=str(error))
    except Exception as error:  # noqa: BLE001  # foreign code: whatever it raises is a finding
        return Finding(name=title, passed=False, message=f"{type(error).__name__}: {error}")
