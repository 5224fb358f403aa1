"""``detector.toml``: what a plugin is and needs, read without importing any of its code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from helioscribe.domain.detection import Parameters, Value
from helioscribe.domain.errors import IncompatiblePluginError, InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.domain.model import TensorSpec

__all__ = [
    "HOST_API",
    "SCHEMA_VERSION",
    "DetectorManifest",
    "InputSpec",
    "MethodInfo",
    "ModelSpec",
    "ParameterSpec",
    "parse_manifest",
]

SCHEMA_VERSION = 1
"""Version of the form of ``detector.toml``."""

HOST_API = Version("1.0")
"""Version of `helioscribe.sdk` and `helioscribe.domain` as plugins see them."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ENTRY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KINDS = ("light_curve", "solar_image", "image_sequence")
_TYPES: Mapping[str, type] = {"float": float, "int": int, "bool": bool, "str": str}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """What a detector reads. An empty field asks for nothing."""

    product: str
    """``light_curve``, ``solar_image`` or ``image_sequence``."""

    instruments: tuple[str, ...] = ()
    """Any of these."""

    channels: tuple[str, ...] = ()
    """Any of these."""

    cadence: float | None = None
    """Usual distance of samples or frames [s]."""

    shape: tuple[int | str, ...] = ()
    """Usual shape of the data."""

    unit: str = ""
    """Unit of the data."""

    def accepts(self, *, product: str, instrument: str, channel: str) -> bool:
        """Whether a product of this kind can be read."""
        return (
            product == self.product
            and (not self.instruments or instrument in self.instruments)
            and (not self.channels or channel in self.channels)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A file of the model that ships with the plugin."""

    file: str
    """Path below the plugin's package."""

    sha256: str
    """Digest of the file."""

    format: str
    """``onnx`` or ``safetensors``."""

    inputs: tuple[TensorSpec, ...] = ()
    """Of a graph."""

    outputs: tuple[TensorSpec, ...] = ()
    """Of a graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSpec:
    """A setting of the detector that a user may change."""

    type: str
    """``float``, ``int``, ``bool`` or ``str``."""

    default: Value
    """Unless the model card or the user says otherwise."""

    description: str
    """One line."""

    minimum: float | None = None
    """Smallest number."""

    maximum: float | None = None
    """Largest number."""

    choices: tuple[Value, ...] = ()
    """The only values, if there are any."""

    def check(self, name: str, value: Value) -> Value:
        """Return `value` in the right type.

        Raises
        ------
        InvalidInputError
            If it is of another type or outside the range.
        """
        value = self._converted(name, value)
        if self.choices and value not in self.choices:
            raise InvalidInputError(f"parameter {name}: {value!r} is none of {', '.join(map(str, self.choices))}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            low, high = self.minimum, self.maximum
            # Written so that NaN fails too.
            if not ((low is None or value >= low) and (high is None or value <= high)):
                raise InvalidInputError(f"parameter {name}: {value} is outside {low} to {high}")
        return value

    def _converted(self, name: str, value: Value) -> Value:
        if self.type == "float" and type(value) in (int, float):
            return float(value)
        if type(value) is not _TYPES[self.type]:
            raise InvalidInputError(f"parameter {name}: expected {self.type}, got {value!r}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodInfo:
    """What goes into HEK's ``frm_*`` columns."""

    name: str
    """What people call the method."""

    institute: str
    """Who stands behind it."""

    contact: str
    """Whom to ask."""

    url: str
    """Where it is described."""

    citation: str = ""
    """What to cite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorManifest:
    """A detector, before any of its code is imported."""

    id: str
    """Lower-case words joined by ``-``."""

    version: str
    """Of the plugin."""

    api: str
    """Range of `HOST_API`, such as ``>=1,<2``."""

    title: str
    """For people."""

    event_types: tuple[str, ...]
    """HEK classes that it may claim."""

    input: InputSpec
    """What it reads."""

    method: MethodInfo
    """Who stands behind it."""

    entry: str
    """``module:function`` that makes the detector from its parameters."""

    model_version: str = ""
    """Version of the model that ships with the plugin; empty without models."""

    models: Mapping[str, ModelSpec] = field(default_factory=dict)
    """Files of that model, by name."""

    parameters: Mapping[str, ParameterSpec] = field(default_factory=dict)
    """Settings, by name."""

    outputs: str = ""
    """``module:function`` that writes tables and plots; empty if there is none."""

    evaluation: str = ""
    """``module:function`` that measures it on labelled data; empty if there is none."""

    training: str = ""
    """``module:function`` that makes its `TrainingProgram`; empty if there is none."""

    def check_host(self, host: Version = HOST_API) -> None:
        """Raise `IncompatiblePluginError` unless this host will do."""
        if host not in SpecifierSet(self.api):
            raise IncompatiblePluginError(f"detector {self.id} asks for host API {self.api}; this host has {host}")

    def resolve_parameters(self, *overrides: Mapping[str, Value]) -> Parameters:
        """Return all parameters: defaults, then each of `overrides` in turn.

        Raises
        ------
        InvalidInputError
            For an unknown name or a value outside its range.
        """
        values = {name: spec.default for name, spec in self.parameters.items()}
        for override in overrides:
            for name, value in override.items():
                if name not in self.parameters:
                    known = ", ".join(self.parameters) or "none"
                    raise InvalidInputError(f"detector {self.id} has no parameter {name!r}; it has: {known}")
                values[name] = self.parameters[name].check(name, value)
        return values


class _Reader:
    """A table of the file, which names the place of every mistake."""

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self.table, self.where, self.read = table, where, set[str]()

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        self.read.add(key)
        value = self.table.get(key, default)
        if kind is float and type(value) is int:
            value = float(value)  # TOML writes whole numbers without a point
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool) and kind is not object):
            raise InvalidInputError(f"{self.where}{key}: expected {kind.__name__}, got {value!r}")
        return value

    def optional(self, key: str, kind: type[T]) -> T | None:
        self.read.add(key)
        return self.get(key, kind) if key in self.table else None

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self.get(key, list, []))

    def table_of(self, key: str) -> _Reader:
        return _Reader(self.get(key, dict, {}), f"{self.where}{key}.")

    def tables(self, key: str, read: Callable[[_Reader], T]) -> dict[str, T]:
        outer = self.table_of(key)
        return {name: read(outer.table_of(name)) for name in outer.table}

    def done(self) -> None:
        if unknown := sorted(set(self.table) - self.read):
            raise InvalidInputError(f"{self.where}{unknown[0]}: unknown key")


def _tensors(reader: _Reader, key: str) -> tuple[TensorSpec, ...]:
    specs = []
    for index, item in enumerate(reader.get(key, list, [])):
        if not isinstance(item, dict):
            raise InvalidInputError(f"{reader.where}{key}: expected tables with name, dtype and shape")
        row = _Reader(item, f"{reader.where}{key}[{index}].")
        specs.append(
            TensorSpec(name=row.get("name", str), dtype=row.get("dtype", str), shape=tuple(row.get("shape", list)))
        )
        row.done()
    return tuple(specs)


def _model(reader: _Reader) -> ModelSpec:
    file, sha256 = reader.get("file", str), reader.get("sha256", str)
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or path.suffix not in (".onnx", ".safetensors"):
        raise InvalidInputError(
            f"{reader.where}file: expected a .onnx or .safetensors file below the package, got {file!r}"
        )
    if not _SHA256.fullmatch(sha256):
        raise InvalidInputError(f"{reader.where}sha256: expected 64 hexadecimal digits")
    spec = ModelSpec(
        file=file,
        sha256=sha256,
        format=path.suffix[1:],
        inputs=_tensors(reader, "inputs"),
        outputs=_tensors(reader, "outputs"),
    )
    reader.done()
    return spec


def _parameter(reader: _Reader) -> ParameterSpec:
    kind = reader.get("type", str)
    if kind not in _TYPES:
        raise InvalidInputError(f"{reader.where}type: expected one of {', '.join(_TYPES)}, got {kind!r}")
    spec = ParameterSpec(
        type=kind,
        default=reader.get("default", object),  # type: ignore[arg-type]  # checked against the type below
        description=reader.get("description", str),
        minimum=reader.optional("minimum", float),
        maximum=reader.optional("maximum", float),
        choices=tuple(reader.get("choices", list, [])),
    )
    reader.done()
    spec.check(f"{reader.where}default", spec.default)
    return spec


def _input(reader: _Reader) -> InputSpec:
    product = reader.get("product", str)
    if product not in _KINDS:
        raise InvalidInputError(f"{reader.where}product: expected one of {', '.join(_KINDS)}, got {product!r}")
    spec = InputSpec(
        product=product,
        instruments=reader.texts("instruments"),
        channels=reader.texts("channels"),
        cadence=reader.optional("cadence", float),
        shape=tuple(reader.get("shape", list, [])),
        unit=reader.get("unit", str, ""),
    )
    reader.done()
    return spec


def _method(reader: _Reader) -> MethodInfo:
    names = ("name", "institute", "contact", "url")
    info = MethodInfo(**{name: reader.get(name, str) for name in names}, citation=reader.get("citation", str, ""))
    reader.done()
    return info


def _check(manifest: DetectorManifest) -> DetectorManifest:
    if not _ID.fullmatch(manifest.id):
        raise InvalidInputError(f"id: expected lower-case words joined by '-', got {manifest.id!r}")
    try:
        Version(manifest.version)
        SpecifierSet(manifest.api)
    except (InvalidVersion, InvalidSpecifier) as error:
        raise InvalidInputError(f"version or api: {error}") from None
    if not manifest.event_types or not set(manifest.event_types) <= set(EVENT_CLASSES):
        raise InvalidInputError(f"event_types: expected HEK classes, got {list(manifest.event_types)}")
    for name in ("entry", "outputs", "evaluation", "training"):
        value = getattr(manifest, name)
        if (value or name == "entry") and not _ENTRY.fullmatch(value):
            raise InvalidInputError(f"{name}: expected module:function, got {value!r}")
    if manifest.models and not manifest.model_version:
        raise InvalidInputError("model_version: expected the version of the models that ship with the plugin")
    return manifest


def parse_manifest(text: str) -> DetectorManifest:
    """Read ``detector.toml``.

    Raises
    ------
    InvalidInputError
        Naming the key and what was expected there.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"detector.toml: {error}") from None
    reader = _Reader(table, "detector.toml: ")
    schema = reader.get("schema_version", int)
    if schema != SCHEMA_VERSION:
        raise InvalidInputError(f"detector.toml: schema_version: expected {SCHEMA_VERSION}, got {schema}")
    texts = {name: reader.get(name, str) for name in ("id", "version", "api", "title", "entry")}
    texts |= {name: reader.get(name, str, "") for name in ("model_version", "outputs", "evaluation", "training")}
    manifest = DetectorManifest(
        **texts,
        event_types=reader.texts("event_types"),
        input=_input(reader.table_of("input")),
        method=_method(reader.table_of("method")),
        models=reader.tables("models", _model),
        parameters=reader.tables("parameters", _parameter),
    )
    reader.done()
    return _check(manifest)
