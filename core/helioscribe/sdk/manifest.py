"""The content of ``detector.toml``: what a plugin is and needs, known before its code is imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from helioscribe.domain.detection import Parameters, Value
from helioscribe.domain.errors import IncompatiblePluginError, InvalidInputError
from helioscribe.domain.model import TensorSpec

__all__ = [
    "DETECTOR_ID",
    "HOST_API",
    "PARAMETER_TYPES",
    "DetectorManifest",
    "InputSpec",
    "MethodInfo",
    "ModelSpec",
    "ParameterSpec",
]

HOST_API = Version("1.0")
"""Version of the interface of `helioscribe.sdk` and `helioscribe.domain`, with which plugins are compatible or not."""

DETECTOR_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""Form of a detector's id: lower-case words joined by ``-``."""

PARAMETER_TYPES: Mapping[str, type] = {"float": float, "int": int, "bool": bool, "str": str}
"""Types of parameters, by their names in the manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """Which products a detector can read. An empty field means any."""

    product: str
    """``light_curve``, ``solar_image`` or ``image_sequence``."""

    instruments: tuple[str, ...] = ()
    """Names of the instruments that it can read."""

    channels: tuple[str, ...] = ()
    """Names of the channels that it can read."""

    cadence: float | None = None
    """Usual time between samples or frames [s]. For people; not checked."""

    shape: tuple[int | str, ...] = ()
    """Usual shape of the data. For people; not checked."""

    unit: str = ""
    """Unit of the data. For people; not checked."""

    def accepts(self, *, product: str, instrument: str, channel: str) -> bool:
        """Whether a product of this kind, instrument and channel can be read."""
        return (
            product == self.product
            and (not self.instruments or instrument in self.instruments)
            and (not self.channels or channel in self.channels)
        )

    def __str__(self) -> str:
        return " ".join(part for part in (self.product, "/".join(self.instruments), "/".join(self.channels)) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A model file in the plugin's package."""

    file: str
    """Path relative to the package."""

    sha256: str
    """Digest of its bytes."""

    format: str
    """``onnx`` or ``safetensors``."""

    inputs: tuple[TensorSpec, ...] = ()
    """Inputs of a graph; empty for arrays."""

    outputs: tuple[TensorSpec, ...] = ()
    """Outputs of a graph; empty for arrays."""

    example: Mapping[str, int] = field(default_factory=dict)
    """Usual lengths of the free axes by name. The host runs the graph with them when it is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSpec:
    """A parameter of the detector, which users may set."""

    type: str
    """``float``, ``int``, ``bool`` or ``str``."""

    default: Value
    """Value that is used if neither the model card nor the user gives another."""

    description: str
    """What it does, in one line."""

    minimum: float | None = None
    """Smallest value of a number; None if there is no limit."""

    maximum: float | None = None
    """Largest value of a number; None if there is no limit."""

    choices: tuple[Value, ...] = ()
    """The values that are allowed; empty if all are."""

    def check(self, name: str, value: Value) -> Value:
        """Return the value in the right type; `name` begins the message of an error.

        Raises
        ------
        InvalidInputError
            If it has another type, or is outside the range or not one of the choices.
        """
        value = self._converted(name, value)
        if self.choices and value not in self.choices:
            choices = ", ".join(map(str, self.choices))
            raise InvalidInputError(f"{name}: expected one of {choices}, got {value!r}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            low, high = self.minimum, self.maximum
            # Written so that NaN fails too.
            if not ((low is None or value >= low) and (high is None or value <= high)):
                raise InvalidInputError(f"{name}: {value} is outside {_range(low, high)}")
        return value

    def _converted(self, name: str, value: Value) -> Value:
        if self.type == "float" and type(value) in (int, float):
            return float(value)
        if type(value) is not PARAMETER_TYPES[self.type]:
            raise InvalidInputError(f"{name}: expected {self.type}, got {value!r}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodInfo:
    """Who made the method and where it is described: HEK's ``frm_*`` columns."""

    name: str
    """Name of the method, for people: ``frm_name``."""

    institute: str
    """Institute that is responsible: ``frm_institute``."""

    contact: str
    """Person or address for questions: ``frm_contact``."""

    url: str
    """Page that describes the method: ``frm_url``."""

    citation: str = ""
    """Publication to cite; empty if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorManifest:
    """Everything that the platform knows of a detector without importing its code."""

    id: str
    """Name of the detector: lower-case words joined by ``-``."""

    version: str
    """Version of the plugin."""

    api: str
    """Versions of `HOST_API` with which it works, such as ``>=1,<2``."""

    title: str
    """What it finds, in a few words, for people."""

    event_types: tuple[str, ...]
    """Classes of events that it can report, as HEK's two letters, such as ``FL``."""

    input: InputSpec
    """Which products it can read."""

    method: MethodInfo
    """Who made it and where it is described."""

    entry: str
    """The `DetectorFactory`, as ``module:function``."""

    model_version: str = ""
    """Version of the models in the package; empty if there are none."""

    models: Mapping[str, ModelSpec] = field(default_factory=dict)
    """The models in the package, by name."""

    parameters: Mapping[str, ParameterSpec] = field(default_factory=dict)
    """Its parameters, by name."""

    outputs: str = ""
    """The `OutputWriter`, as ``module:function``; empty if there is none."""

    evaluation: str = ""
    """The `Evaluation`, as ``module:function``; empty if there is none."""

    training: str = ""
    """Function that makes the `TrainingProgram`, as ``module:function``; empty if there is none."""

    canvas: Mapping[str, str] = field(default_factory=dict)
    """Ethical consequences of its use, under the headings of `helioscribe.domain.model.CANVAS`."""

    def check_host(self, host: Version = HOST_API) -> None:
        """Raise `IncompatiblePluginError` if the detector does not work with this version of the host API."""
        if host not in SpecifierSet(self.api):
            raise IncompatiblePluginError(f"detector {self.id} needs host API {self.api}; this host has {host}")

    def resolve_parameters(self, *overrides: Mapping[str, Value]) -> Parameters:
        """Return a value for every parameter: the last of `overrides` that has it, or else its default.

        Raises
        ------
        InvalidInputError
            If an override has an unknown name, or a value of another type or outside its range.
        """
        values = {name: spec.default for name, spec in self.parameters.items()}
        for override in overrides:
            for name, value in override.items():
                if name not in self.parameters:
                    known = ", ".join(self.parameters) or "none"
                    raise InvalidInputError(f"detector {self.id} has no parameter {name!r}; it has: {known}")
                values[name] = self.parameters[name].check(f"parameter {name}", value)
        return values


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"its range, at least {low}" if high is None else f"its range, at most {high}"
    return f"{low} to {high}"
