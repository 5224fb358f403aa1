"""What a plugin is and needs, known before any of its code is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from helioscribe.domain.detection import Parameters, Value
from helioscribe.domain.errors import IncompatiblePluginError, InvalidInputError
from helioscribe.domain.model import TensorSpec

__all__ = ["HOST_API", "DetectorManifest", "InputSpec", "MethodInfo", "ModelSpec", "ParameterSpec"]

HOST_API = Version("1.0")
"""Version of `helioscribe.sdk` and `helioscribe.domain` as plugins see them."""

_TYPES: Mapping[str, type] = {"float": float, "int": int, "bool": bool, "str": str}


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

    def __str__(self) -> str:
        return " ".join(part for part in (self.product, "/".join(self.instruments), "/".join(self.channels)) if part)


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

    example: Mapping[str, int] = field(default_factory=dict)
    """Usual lengths of its free axes, with which the host warms it up."""


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

    canvas: Mapping[str, str] = field(default_factory=dict)
    """What using it means for others, under the headings of `helioscribe.domain.model.CANVAS`."""

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
