"""All settings of a process, read in one place from ``HELIOSCRIBE_*`` variables."""

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
"""Beginning of every variable; ``NAME_FILE`` names a file that holds the value of ``NAME``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process needs to know of its world."""

    catalogue: str = "memory:"
    """Where the catalogue is: ``sqlite:///file``, ``postgresql+psycopg://...`` or ``grpc://host:port``."""

    artifacts: str = "memory:"
    """Where artifacts are: ``file:///folder`` or ``s3://key:secret@host:port/bucket?secure=1``."""

    queue: str = "local:"
    """What carries the messages: ``local:`` (threads of this process) or ``amqp://user:password@host//``."""

    inference: str = ""
    """Where the inference service is, ``grpc://host:port``; the web pages ask it for its detectors."""

    address: str = "127.0.0.1:50051"
    """Where the gRPC server listens; port 0 picks a free one."""

    http_address: str = "127.0.0.1:8080"
    """Where the web server listens."""

    catalogue_processes: int = 1
    """Processes that answer the calls of the catalogue service at one address; more than one need Postgres."""

    monitor_address: str = ""
    """Where ``/metrics``, ``/livez`` and ``/healthz`` are served over HTTP; empty serves them nowhere."""

    traces: str = ""
    """OTLP collector that gets the traces of this process, ``http://host:4317``; empty sends none."""

    token: str = ""
    """API token that this process shows to the services that it calls."""

    tokens_file: str = ""
    """File of the digests of the tokens that this process accepts; empty switches tokens off (loopback only)."""

    tls_certificate: str = ""
    """PEM file of the server's certificate; empty serves without TLS."""

    tls_key: str = ""
    """PEM file of the server's key."""

    tls_authority: str = ""
    """PEM file of the authority that this process trusts as a client."""

    tls_clients: str = ""
    """PEM file of the authority that must have signed the certificates of callers; empty asks for none."""

    insecure: bool = False
    """Allow an address beyond loopback without tokens."""

    lease: float = 30.0
    """Length of a job's lease [s]; a crashed worker's jobs wait this long."""

    patience: float = 600.0
    """How long a worker waits with a job in hand for what does not answer [s]; then it tries later."""

    reap_every: float = 5.0
    """How often the catalogue looks for jobs that need a message [s]."""

    concurrency: int = 2
    """Jobs that a worker does at the same time."""

    devices: str = "auto"
    """Where models run: ``auto`` (the first GPU if there is one), ``cpu``, or GPUs such as ``cuda:0,cuda:1``, which are
    then insisted on."""

    engine_cache: str = ""
    """Folder where TensorRT keeps the engines that it builds; nobody else may write there."""

    threads: int = 1
    """CPU threads of one run of a graph, as many runs at the same time as cores allow; 0 gives one run all cores."""

    isolated: bool = True
    """Whether each model version has a process of its own."""

    fronts: int = 1
    """Processes that take the calls of the inference service; 0 takes them in its own."""

    queue_limit: int = 256
    """Requests that may wait for a model."""

    queue_bytes: int = 512 << 20
    """Most bytes of those."""

    upload_limit: int = 2 << 30
    """Most bytes of one file."""

    image_pixels: int = 1024
    """Most pixels a side of an image of the full disk as detectors read it; its file stays as it came."""

    ephemeris: str = ""
    """Folder of STIX auxiliary ephemeris files, which place the images made of pixel data."""

    aia_corrections: str = ""
    """The instrument team's table of AIA's degradation (``aia_V*_response_table.txt``); empty corrects none."""

    authority: str = "helioscribe"
    """Of the institution, such as ``rob.be``, for the names of its events: ``ivo://authority/...``."""

    public_url: str = ""
    """Where the world finds the web service, such as ``https://events.rob.be``; for links in records."""

    webhooks_inside: bool = False
    """Whether subscriptions may lead into private, loopback and link-local networks."""

    scripts: bool = False
    """Whether the training service runs scripts: whoever may order trainings may then run any code in its place."""

    open_reading: bool = True
    """Whether everybody may read the web service's pages and records; otherwise a token with the scope ``read`` may."""

    http_rate: float = 100.0
    """Requests a second that the web service takes from one address in the long run; 0 takes any number."""

    grpc_rate: float = 0.0
    """Calls a second that each process of a gRPC service takes from one token in the long run; 0 takes any number. The
    platform's own services, whose tokens have the scope ``worker``, are not counted."""

    proxies: str = "127.0.0.1"
    """Addresses and networks of the proxies before the web service, with commas: they are believed whom a request comes
    from and whether by TLS."""

    jsoc_email: str = ""
    """Address that is registered at JSOC; exports of SDO's images need one."""

    jsoc_server: str = "http://jsoc.stanford.edu"
    """Root of JSOC, or of a mirror."""

    log_level: str = "INFO"
    """``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``."""

    log_format: str = "text"
    """``text`` for people, ``json`` for collectors."""

    worker: str = ""
    """Name of this worker; host and process by default."""

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
            For an unknown variable or a value of the wrong kind.
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
        """Where the auxiliary files are; None if nobody said."""
        return Path(self.ephemeris) if self.ephemeris else None

    @property
    def identity(self) -> tuple[Path, Path] | None:
        """Certificate and key that this process shows to those who call it and whom it calls; None without TLS."""
        return (Path(self.tls_certificate), Path(self.tls_key)) if self.tls_certificate else None

    @property
    def worker_name(self) -> str:
        """Name under which this process takes leases."""
        return self.worker or f"{socket.gethostname()}-{os.getpid()}"


_POSITIVE = ("lease", "reap_every", "concurrency", "upload_limit", "image_pixels", "queue_limit", "queue_bytes")

# What one process on one machine takes from the environment too.
_ALSO_EMBEDDED = tuple(
    f"{PREFIX}{name}"
    for name in (
        "LOG_", "IMAGE_", "EPHEMERIS", "JSOC_", "AIA_", "AUTHORITY", "PUBLIC_URL", "DEVICES", "ENGINE_CACHE", "THREADS",
        "ISOLATED", "QUEUE_", "WEBHOOKS_",
    )
)  # fmt: skip
# One question at a time, answered soonest, and no other processes.
_EMBEDDED = {f"{PREFIX}THREADS": "0", f"{PREFIX}ISOLATED": "0"}

# Read by other parts of the project, not by services.
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
