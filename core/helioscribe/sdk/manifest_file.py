"""``detector.toml``: read into a `DetectorManifest`, with the place of every mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.domain.model import CANVAS, TensorSpec
from helioscribe.sdk.manifest import DetectorManifest, InputSpec, MethodInfo, ModelSpec, ParameterSpec

__all__ = ["SCHEMA_VERSION", "parse_manifest"]

SCHEMA_VERSION = 1
"""Version of the form of ``detector.toml``."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ENTRY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KINDS = ("light_curve", "solar_image", "image_sequence")
_DTYPES = ("float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool")
_TYPES = ("float", "int", "bool", "str")
_LONGEST = 1 << 20

T = TypeVar("T")


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


def _tensor(reader: _Reader) -> TensorSpec:
    dtype, shape = reader.get("dtype", str), reader.get("shape", list)
    if dtype not in _DTYPES:
        raise InvalidInputError(f"{reader.where}dtype: expected one of {', '.join(_DTYPES)}, got {dtype!r}")
    if not all(isinstance(axis, str) or (type(axis) is int and axis > 0) for axis in shape):
        raise InvalidInputError(f"{reader.where}shape: expected lengths and names of free axes, got {shape}")
    spec = TensorSpec(name=reader.get("name", str), dtype=dtype, shape=tuple(shape))
    reader.done()
    return spec


def _tensors(reader: _Reader, key: str) -> tuple[TensorSpec, ...]:
    items = reader.get(key, list, [])
    if not all(isinstance(item, dict) for item in items):
        raise InvalidInputError(f"{reader.where}{key}: expected tables with name, dtype and shape")
    return tuple(_tensor(_Reader(item, f"{reader.where}{key}[{index}].")) for index, item in enumerate(items))


def _example(reader: _Reader) -> dict[str, int]:
    lengths: dict[str, int] = reader.get("example", dict, {})
    if not all(type(length) is int and 0 < length <= _LONGEST for length in lengths.values()):
        raise InvalidInputError(f"{reader.where}example: expected lengths of free axes, 1 to {_LONGEST}, got {lengths}")
    return lengths


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
        example=_example(reader),
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


def _canvas(reader: _Reader) -> dict[str, str]:
    found = {title: text for title in CANVAS if (text := reader.get(title, str, ""))}
    reader.done()
    return found


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
        canvas=_canvas(reader.table_of("canvas")),
    )
    reader.done()
    return _check(manifest)
