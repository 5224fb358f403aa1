"""Settings of a process, read from environment variables ``HELIOSCRIBE_*``."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from helioscribe.domain.errors import InvalidInputError

__all__ = ["PREFIX", "Settings", "default_home"]

PREFIX = "HELIOSCRIBE_"
"""Prefix of every variable. ``NAME_FILE`` gives a file with the value of ``NAME``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of a process; each is read from ``HELIOSCRIBE_`` and its name in capitals."""

    catalogue: str = "memory:"
    """Where the catalogue is: ``sqlite:///file``, ``postgresql+psycopg://...`` or ``grpc://host:port``."""

    artifacts: str = "memory:"
    """Where artifacts are: ``file:///folder`` or ``s3://key:secret@host:port/bucket?secure=1``."""

    queue: str = "local:"
    """Message broker: ``local:`` (threads of this process) or ``amqp://user:password@host//``."""

    inference: str = ""
    """Where the inference service is, ``grpc://host:port``; the web pages show its detectors."""

    address: str = "127.0.0.1:50051"
    """Where the gRPC server listens; port 0 picks a free one."""

    http_address: str = "127.0.0.1:8080"
    """Where the web server listens."""

    catalogue_processes: int = 1
    """Number of processes of the catalogue service at one address; more than one needs Postgres."""

    monitor_address: str = ""
    """Address where ``/metrics``, ``/livez`` and ``/healthz`` are served over HTTP; empty serves them nowhere."""

    traces: str = ""
    """OTLP collector that traces are sent to, ``http://host:4317``; empty sends none."""

    token: str = ""
    """API token that this process sends to the services that it calls."""

    tokens_file: str = ""
    """File with the digests of accepted tokens; empty accepts calls without tokens, on loopback only."""

    tls_certificate: str = ""
    """PEM file of the server's certificate; empty serves without TLS."""

    tls_key: str = ""
    """PEM file of the server's key."""

    tls_authority: str = ""
    """PEM file of the authority whose servers this process trusts."""

    tls_clients: str = ""
    """PEM file of the authority that must have signed callers' certificates; empty asks for none."""

    insecure: bool = False
    """Whether to allow a server that other machines can reach without tokens."""

    lease: float = 30.0
    """Length of a job's lease [s]; the jobs of a crashed worker wait this long."""

    patience: float = 600.0
    """How long a worker repeats a job while a service it needs does not answer [s]; then the job is retried later."""

    reap_every: float = 5.0
    """Time between the catalogue's searches for lost jobs [s]."""

    concurrency: int = 2
    """Number of jobs that a worker does at the same time."""

    devices: str = "auto"
    """Where models run: ``auto`` (the first GPU if there is one), ``cpu``, or GPUs such as ``cuda:0,cuda:1``; it is an
    error if these are missing."""

    engine_cache: str = ""
    """Folder for the engines that TensorRT builds; other users must not be able to write to it."""

    threads: int = 1
    """CPU threads for one run of a graph, with as many runs at once as the cores allow; 0 gives one run all cores."""

    isolated: bool = True
    """Whether each model version runs in its own process."""

    fronts: int = 1
    """Number of front processes that accept the calls of the inference service; 0 accepts them in the service's own."""

    queue_limit: int = 256
    """Largest number of requests that wait for a model."""

    queue_bytes: int = 512 << 20
    """Largest total size of the waiting requests [bytes]."""

    upload_limit: int = 2 << 30
    """Largest size of an uploaded file [bytes]."""

    image_pixels: int = 1024
    """Largest width and height of full-disk images for detectors [pixel]; larger ones are binned."""

    ephemeris: str = ""
    """Folder of STIX auxiliary ephemeris files, needed to place images made of pixel data."""

    aia_corrections: str = ""
    """The instrument team's table of AIA's degradation (``aia_V*_response_table.txt``); empty corrects none."""

    authority: str = "helioscribe"
    """Name of the institution, such as ``rob.be``, in the identifiers of its events: ``ivo://authority/...``."""

    public_url: str = ""
    """Public address of the web service, such as ``https://events.rob.be``; used for links in records."""

    webhooks_inside: bool = False
    """Whether subscriptions may send to private, loopback and link-local networks."""

    scripts: bool = False
    """Whether the training service runs scripts; if so, whoever may order trainings can run any code on it."""

    open_reading: bool = True
    """Whether anybody may read the web pages and records; if not, a token with the scope ``read`` is needed."""

    http_rate: float = 100.0
    """Largest average rate of requests from one address to the web service [1/s]; 0 is no limit."""

    grpc_rate: float = 0.0
    """Largest average rate of calls with one token to each process of a gRPC service [1/s]; 0 is no limit. Tokens with
    the scope ``worker``, those of the platform's own services, have no limit."""

    proxies: str = "127.0.0.1"
    """Addresses and networks of the proxies in front of the web service, separated by commas. Their headers about the
    caller's address and TLS are trusted."""

    jsoc_email: str = ""
    """E-mail address that is registered at JSOC; needed to export images of SDO."""

    jsoc_server: str = "http://jsoc.stanford.edu"
    """Root of JSOC, or of a mirror."""

    log_level: str = "INFO"
    """``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``."""

    log_format: str = "text"
    """``text`` for people, ``json`` for collectors."""

    worker: str = ""
    """Name of this worker; by default host name and process number."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]{2,}", self.authority, re.ASCII):
            raise InvalidInputError(f"{PREFIX}AUTHORITY: expected a name such as rob.be, got {self.authority[:40]!r}")
        if self.log_format not in ("text", "json"):
            raise InvalidInputError(f"{PREFIX}LOG_FORMAT: expected text or json, got {self.log_format!r}")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:  # so written, NaN fails too
                raise InvalidInputError(f"{PREFIX}{name.upper()}: expected more than 0, got {getattr(self, name)}")
        for name, least in (("fronts", 0), ("catalogue_processes", 1)):
            if not least <= (number := getattr(self, name)) <= 64:  # more than any machine needs
                raise InvalidInputError(f"{PREFIX}{name.upper()}: expected {least} to 64, got {number}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the variables.

        Raises
        ------
        InvalidInputError
            If a variable is unknown or has a value of the wrong type.
        """
        given = _variables(os.environ if environment is None else environment)
        known = {field.name: field.type for field in fields(cls)}
        if unknown := sorted(set(given) - set(known)):
            raise InvalidInputError(f"{PREFIX}{unknown[0].upper()}: no such setting; known are {', '.join(known)}")
        values: dict[str, Any] = {name: _convert(name, text, str(known[name])) for name, text in given.items()}
        return cls(**values)

    @classmethod
    def embedded(cls, home: Path) -> Self:
        """Return the settings of the whole platform in one process, with its data below `home`."""
        home = home.resolve()
        given = {k: v for k, v in os.environ.items() if k.startswith(_ALSO_EMBEDDED)}
        return replace(
            cls.from_environment(_EMBEDDED | given),
            catalogue=f"sqlite:///{home / 'catalogue.sqlite'}",
            artifacts=(home / "artifacts").as_uri(),
            queue="local:",
        )

    @property
    def ephemeris_folder(self) -> Path | None:
        """Folder of the STIX auxiliary files; None if not set."""
        return Path(self.ephemeris) if self.ephemeris else None

    @property
    def identity(self) -> tuple[Path, Path] | None:
        """Certificate and key of this process, as server and as client; None without TLS."""
        return (Path(self.tls_certificate), Path(self.tls_key)) if self.tls_certificate else None

    @property
    def worker_name(self) -> str:
        """Name of this process as the holder of leases."""
        return self.worker or f"{socket.gethostname()}-{os.getpid()}"


_POSITIVE = ("lease", "reap_every", "concurrency", "upload_limit", "image_pixels", "queue_limit", "queue_bytes")

# Variables that the embedded platform reads too.
_ALSO_EMBEDDED = tuple(
    f"{PREFIX}{name}"
    for name in (
        "LOG_",
        "IMAGE_",
        "EPHEMERIS",
        "JSOC_",
        "AIA_",
        "AUTHORITY",
        "PUBLIC_URL",
        "DEVICES",
        "ENGINE_CACHE",
        "THREADS",
        "ISOLATED",
        "QUEUE_",
        "WEBHOOKS_",
    )
)
# One request at a time gets all cores, and everything is in this process.
_EMBEDDED = {f"{PREFIX}THREADS": "0", f"{PREFIX}ISOLATED": "0"}

# Variables that other parts of the project read.
_ELSEWHERE = {"home", "data"}


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name.endswith("_file") and name != "tokens_file":
            try:
                given[name.removesuffix("_file")] = Path(value).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise InvalidInputError.wrap(error, doing=variable) from None
        elif name not in _ELSEWHERE:
            given[name] = value
    return given


def _convert(name: str, text: str, kind: str) -> str | int | float | bool:
    try:
        match kind:
            case "bool":
                return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
            case "int":
                return int(text)
            case "float":
                return float(text)
            case _:
                return text
    except (ValueError, KeyError):
        raise InvalidInputError(f"{PREFIX}{name.upper()}: expected {kind}, got {text[:40]!r}") from None


def default_home() -> Path:
    """Return the folder of the embedded platform's data: ``HELIOSCRIBE_HOME``, or one in the user's data folder."""
    if named := os.environ.get(f"{PREFIX}HOME"):
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "helioscribe"
