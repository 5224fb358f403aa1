"""Values for HEK's columns: names of measurements, parameters, versions and wavelengths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from helioscribe.domain.detection import Method, Value

__all__ = ["attribute_names", "mean_wavelength", "method_columns", "parameter_set", "version_number"]

_KEV_CM = 1.2398419843320026e-7
"""Wavelength of a photon of 1 keV [cm] (h c, CODATA 2018)."""

_BAND = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?) keV")
_ANGSTROM = re.compile(r"(\d{2,5})(?: ?(?:A|Å|Angstrom))?")
_OF_A_CLASS = re.compile(r"(ar|area|cc|cd|cme|ef|fi|fl|outflow|sg|skel|ss|to)_[a-z0-9_]+")
_SHARED = frozenset(
    {
        "intensmin",
        "intensmax",
        "intensmean",
        "intensmedian",
        "intensvar",
        "intensskew",
        "intenskurt",
        "intenstotal",
        "intensunit",
        "event_importance",
        "event_npixels",
        "event_pixelunit",
        "event_description",
        "event_mapurl",
        "event_maskurl",
        "event_clippedspatial",
        "event_clippedtemporal",
        "freqmaxrange",
        "freqminrange",
        "freqpeakpower",
        "frequnit",
        "intensmaxampl",
        "intensminampl",
        "oscillnperiods",
        "oscillnperiodsuncert",
        "peakpower",
        "peakpowerunit",
        "velocmaxampl",
        "velocmaxpower",
        "velocmaxpoweruncert",
        "velocminampl",
        "velocunit",
        "wavedisplmaxampl",
        "wavedisplminampl",
        "wavedisplunit",
        "wavelmaxpower",
        "wavelmaxpoweruncert",
        "wavelmaxrange",
        "wavelminrange",
        "wavelunit",
        "maxmagfieldstrength",
        "maxmagfieldstrengthunit",
        "unsignedflux",
        "magfluxunit",
        "meangradienttotal",
        "gradientunit",
        "meanshearangle",
        "highsheararea",
        "highshearareaunit",
        "highshearareapercent",
        "log_r_value",
        "gwill",
        "gwillunit",
    }
)
_IRRADIANCE = frozenset({"W/m2", "W / m2", "W m-2", "W/m^2"})


def method_columns(method: Method, *, code_version: str) -> dict[str, Any]:
    """Return the columns ``frm_*`` that describe the method of a record."""
    return {
        "frm_name": method.name or method.detector,
        "frm_institute": method.institute,
        "frm_contact": method.contact,
        "frm_url": method.url,
        "frm_paramset": parameter_set(method, code_version=code_version),
        "frm_versionnumber": version_number(method.version),
    }


def parameter_set(method: Method, *, code_version: str) -> str:
    """Return versions, digest and all parameters as ``key=value; key=value``, HEK's ``frm_paramset``."""
    pairs: dict[str, Value] = {"detector": method.detector, "version": method.version}
    if method.model_sha256:
        pairs |= {"model_version": method.model_version, "model_sha256": method.model_sha256}
    pairs["code_version"] = code_version
    # A parameter with the name of an earlier pair gets a prefix.
    pairs |= {f"param.{name}" if name in pairs else name: value for name, value in sorted(method.parameters.items())}
    return "; ".join(f"{name}={_text(value)}" for name, value in pairs.items())


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # Separators of pairs must not occur within a value.
    return str(value).replace(";", ",").replace("\n", " ")


def version_number(version: str) -> float:
    """Return major and minor version as one number, for HEK's ``frm_versionnumber``; 0 if there is none."""
    found = re.match(r"(\d{1,9})(?:\.(\d{1,9}))?", version)
    return float(f"{found[1]}.{found[2] or 0}") if found else 0.0


def mean_wavelength(channel: str) -> float | None:
    """Return the mean wavelength of a channel [cm], or None if it cannot be read from the name.

    Parameters
    ----------
    channel
        A wavelength in Angstrom such as ``171``, or an energy band such as ``4-84 keV``. The wavelength of a band is
        the mean of the wavelengths of its edges, which is near its low energies, where most X-ray photons are.
    """
    if band := _BAND.search(channel):
        edges = (float(band[1]), float(band[2]))
        return _KEV_CM * (1 / edges[0] + 1 / edges[1]) / 2 if min(edges) > 0 else None
    if line := _ANGSTROM.fullmatch(channel.strip()):
        return float(line[1]) * 1e-8
    return None


def attribute_names(measurements: Mapping[str, Value]) -> dict[str, Value]:
    """Return measurements as attributes of an event: HEK's names are kept, others get the prefix ``hs_``.

    ``fl_peakflux`` must be an irradiance [W/m2], since clients read a column as one physical type and fail if one value
    is a count rate. Other fluxes become ``hs_peakflux`` and ``hs_peakfluxunit``.
    """
    counted = measurements.get("fl_peakfluxunit", "") not in _IRRADIANCE
    return {_attribute(name, counted=counted): value for name, value in measurements.items()}


def _attribute(name: str, *, counted: bool) -> str:
    if counted and name in {"fl_peakflux", "fl_peakfluxunit"}:
        return "hs_" + name.removeprefix("fl_")
    kept = name.startswith("hs_") or name in _SHARED or _OF_A_CLASS.fullmatch(name)
    return name if kept else f"hs_{name}"
