"""Reads ``detector.toml`` into a `DetectorManifest`; an error names the key that is wrong and what was expected."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeVar, get_args

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.domain.model import CANVAS, TensorSpec
from helioscribe.domain.product import Product
from helioscribe.sdk.manifest import (
    DETECTOR_ID,
    PARAMETER_TYPES,
    DetectorManifest,
    InputSpec,
    MethodInfo,
    ModelSpec,
    ParameterSpec,
)

__all__ = ["SCHEMA_VERSION", "parse_manifest"]

SCHEMA_VERSION = 1
"""The version of the file format that this module reads."""

_REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PRODUCTS = tuple(kind.kind for kind in get_args(Product))
_DTYPES = ("float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool")
_LONGEST_AXIS = 1 << 20
_WORDS: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    object: "a value",
}

T = TypeVar("T")


class _Table:
    """One table of the file. Errors begin with the place of the mistake, such as ``detector.toml: input.unit``."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self.values, self.place, self.known_keys = values, place, set[str]()

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        self.known_keys.add(key)
        value = self.values.get(key, default)
        if value is None:
            raise InvalidInputError(f"{self.place}{key} is missing; expected {_WORDS[kind]}")
        if kind is float and type(value) is int:
            value = float(value)  # TOML writes whole numbers without a point
        if not isinstance(value, kind) or (kind in (int, float) and isinstance(value, bool)):
            raise InvalidInputError(f"{self.place}{key}: expected {_WORDS[kind]}, got {value!r}")
        return value

    def optional(self, key: str, kind: type[T]) -> T | None:
        self.known_keys.add(key)
        return self.get(key, kind) if key in self.values else None

    def choice(self, key: str, choices: Sequence[str]) -> str:
        value = self.get(key, str)
        if value not in choices:
            raise InvalidInputError(f"{self.place}{key}: expected one of {', '.join(choices)}, got {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise InvalidInputError(f"{self.place}{key}: expected a list of texts, got {values}")
        return tuple(values)

    def axes(self, key: str, default: list[Any] | None = None) -> tuple[int | str, ...]:
        axes = self.get(key, list, default)
        if not all(isinstance(axis, str) or (type(axis) is int and axis > 0) for axis in axes):
            raise InvalidInputError(f"{self.place}{key}: expected lengths and names of free axes, got {axes}")
        return tuple(axes)

    def table(self, key: str, read: Callable[[_Table], T]) -> T:
        return _whole(self.get(key, dict, {}), f"{self.place}{key}.", read)

    def tables(self, key: str, read: Callable[[_Table], T]) -> dict[str, T]:
        """Read the tables within a table, such as those of ``[parameters]``, by name."""
        return self.table(key, lambda outer: {name: outer.table(name, read) for name in outer.values})

    def list_of_tables(self, key: str, read: Callable[[_Table], T]) -> tuple[T, ...]:
        items = self.get(key, list, [])
        if not all(isinstance(item, dict) for item in items):
            raise InvalidInputError(f"{self.place}{key}: expected a list of tables, got {items}")
        return tuple(_whole(item, f"{self.place}{key}[{index}].", read) for index, item in enumerate(items))


def _whole(values: Mapping[str, Any], place: str, read: Callable[[_Table], T]) -> T:
    """Read a table and raise an error if it holds keys that were not asked for."""
    table = _Table(values, place)
    found = read(table)
    if unknown := sorted(set(values) - table.known_keys):
        keys = ", ".join(sorted(table.known_keys))
        raise InvalidInputError(f"{place}{unknown[0]}: unknown key; expected one of {keys}")
    return found


def _tensor(table: _Table) -> TensorSpec:
    return TensorSpec(name=table.get("name", str), dtype=table.choice("dtype", _DTYPES), shape=table.axes("shape"))


def _example(table: _Table) -> dict[str, int]:
    lengths: dict[str, int] = table.get("example", dict, {})
    if not all(type(length) is int and 0 < length <= _LONGEST_AXIS for length in lengths.values()):
        wanted = f"lengths of free axes, 1 to {_LONGEST_AXIS}"
        raise InvalidInputError(f"{table.place}example: expected {wanted}, got {lengths}")
    return lengths


def _model(table: _Table) -> ModelSpec:
    file, sha256 = table.get("file", str), table.get("sha256", str)
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or path.suffix not in (".onnx", ".safetensors"):
        wanted = "a .onnx or .safetensors file below the package"
        raise InvalidInputError(f"{table.place}file: expected {wanted}, got {file!r}")
    if not _SHA256.fullmatch(sha256):
        raise InvalidInputError(f"{table.place}sha256: expected 64 hexadecimal digits, got {sha256[:80]!r}")
    return ModelSpec(
        file=file,
        sha256=sha256,
        format=path.suffix[1:],
        inputs=table.list_of_tables("inputs", _tensor),
        outputs=table.list_of_tables("outputs", _tensor),
        example=_example(table),
    )


def _parameter(table: _Table) -> ParameterSpec:
    spec = ParameterSpec(
        type=table.choice("type", tuple(PARAMETER_TYPES)),
        default=table.get("default", object),  # type: ignore[arg-type]  # checked against the type below
        description=table.get("description", str),
        minimum=table.optional("minimum", float),
        maximum=table.optional("maximum", float),
        choices=tuple(table.get("choices", list, [])),
    )
    spec.check(f"{table.place}default", spec.default)
    return spec


def _input(table: _Table) -> InputSpec:
    return InputSpec(
        product=table.choice("product", _PRODUCTS),
        instruments=table.texts("instruments"),
        channels=table.texts("channels"),
        cadence=table.optional("cadence", float),
        shape=table.axes("shape", []),
        unit=table.get("unit", str, ""),
    )


def _method(table: _Table) -> MethodInfo:
    names = ("name", "institute", "contact", "url")
    return MethodInfo(**{name: table.get(name, str) for name in names}, citation=table.get("citation", str, ""))


def _canvas(table: _Table) -> dict[str, str]:
    return {title: text for title in CANVAS if (text := table.get(title, str, ""))}


def _manifest(table: _Table) -> DetectorManifest:
    schema = table.get("schema_version", int)
    if schema != SCHEMA_VERSION:
        raise InvalidInputError(f"{table.place}schema_version: expected {SCHEMA_VERSION}, got {schema}")
    texts = {name: table.get(name, str) for name in ("id", "version", "api", "title", "entry")}
    texts |= {name: table.get(name, str, "") for name in ("model_version", "outputs", "evaluation", "training")}
    manifest = DetectorManifest(
        **texts,
        event_types=table.texts("event_types"),
        input=table.table("input", _input),
        method=table.table("method", _method),
        models=table.tables("models", _model),
        parameters=table.tables("parameters", _parameter),
        canvas=table.table("canvas", _canvas),
    )
    _check(manifest, table.place)
    return manifest


def _check(manifest: DetectorManifest, place: str) -> None:
    if not DETECTOR_ID.fullmatch(manifest.id):
        raise InvalidInputError(f"{place}id: expected lower-case words joined by '-', got {manifest.id!r}")
    try:
        Version(manifest.version)
        SpecifierSet(manifest.api)
    except (InvalidVersion, InvalidSpecifier) as error:
        raise InvalidInputError(f"{place}version or api: {error}") from None
    if not manifest.event_types or not set(manifest.event_types) <= set(EVENT_CLASSES):
        wanted = f"some of {', '.join(EVENT_CLASSES)}"
        raise InvalidInputError(f"{place}event_types: expected {wanted}; got {list(manifest.event_types)}")
    for name in ("entry", "outputs", "evaluation", "training"):
        value = getattr(manifest, name)
        if (value or name == "entry") and not _REFERENCE.fullmatch(value):
            raise InvalidInputError(f"{place}{name}: expected module:function, got {value!r}")
    if manifest.models and not manifest.model_version:
        raise InvalidInputError(f"{place}model_version is missing; expected the version of the models in [models]")


def parse_manifest(text: str) -> DetectorManifest:
    """Read the text of a ``detector.toml``.

    Raises
    ------
    InvalidInputError
        If it is not TOML, or a key is missing, unknown or has a wrong value. The message names the key and what was
        expected.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"detector.toml: {error}") from None
    return _whole(values, "detector.toml: ", _manifest)
