"""A gRPC server with health, reflection, tokens and TLS."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from helioscribe.adapters.rpc.channel import MESSAGE_LIMIT
from helioscribe.adapters.rpc.reflection import described
from helioscribe.domain.errors import InvalidInputError, UnavailableError, UsageError
from helioscribe.runtime.auth import TokenFile
from helioscribe.runtime.fronts.fleet import Fleet, reserve
from helioscribe.runtime.fronts.link import Call
from helioscribe.runtime.fronts.wire import Order, listen
from helioscribe.runtime.interceptors import Gate
from helioscribe.runtime.rates import Rate
from helioscribe.runtime.settings import Settings

__all__ = ["Server"]

_THREADS = 192
_LONG_CALLS = 160
_GRACE = 5.0
_SERVING, _NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING

_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    # Threads of callers that have vanished become free; callers may check the connection as often.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
]


class Server:
    """Serves the gRPC services that are registered on `grpc`, between `start` and `stop`.

    Parameters
    ----------
    settings
        Address, tokens file and TLS files.
    scopes
        Scope of a token that each method requires, by the full name of the method.
    shared
        Whether several processes may listen at the same address. Unless intended, a second one would take half of the
        calls.

    Raises
    ------
    UsageError
        If the server would be open to the network without tokens, or if the tokens file is empty.
    InvalidInputError
        If a file that the settings name cannot be used.
    """

    def __init__(self, settings: Settings, *, scopes: Mapping[str, str], shared: bool = False) -> None:
        self._settings = settings
        rate = Rate.of(settings.grpc_rate)
        self._gate = Gate(tokens=_tokens(settings), scopes=scopes, long_calls=_LONG_CALLS, rate=rate)
        self._fleet: Fleet | None = None
        self._ends = ExitStack()
        self.grpc = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix="rpc"),
            interceptors=[self._gate],
            options=[*_OPTIONS, ("grpc.so_reuseport", int(shared))],
            maximum_concurrent_rpcs=4 * _THREADS,
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        self.port = 0
        self._waiting: set[str] = set()

    def start(self, *services: str, later: Sequence[str] = (), direct: Mapping[str, Any] | None = None) -> None:
        """Start to listen, and report the services as ready.

        Parameters
        ----------
        services
            Full names of the registered services.
        later
            Those of them that are reported as ready only when `ready` is called. Until then, the server as a whole is
            not ready either.
        direct
            Coroutines for the most frequent calls, by full method name. If the settings ask for front processes, these
            accept all calls; they decode such calls for the coroutines and pass other calls on unchanged.

        Raises
        ------
        UnavailableError
            If it cannot listen at the address.
        """
        names = (*services, health.SERVICE_NAME, reflection.SERVICE_NAME)
        pool = described(names)
        reflection.enable_server_reflection(names, self.grpc, pool=pool)
        address = self._settings.address
        try:
            self.port = self._listen(direct or {}, _streams(pool, names))
        except (RuntimeError, OSError) as error:
            raise UnavailableError(
                f"listening on {address}: another process uses it, or it is not an address of this machine"
            ) from error
        self.grpc.start()
        self._waiting = set(later)
        for name in later:
            self._health.set(name, _NOT_SERVING)
        self.ready(*(name for name in services if name not in later))

    def ready(self, *services: str) -> None:
        """Report services as ready that were not at the start."""
        self._waiting -= set(services)
        for name in services:
            self._health.set(name, _SERVING)
        self._health.set("", _NOT_SERVING if self._waiting else _SERVING)

    def stop(self, grace: float = _GRACE) -> None:
        """Accept no more calls; running ones have `grace` seconds to end."""
        self._health.enter_graceful_shutdown()
        fleet, self._fleet = self._fleet, None
        if fleet is not None:
            fleet.stop(grace)
        self.grpc.stop(grace).wait()
        self._ends.close()

    def _listen(self, direct: Mapping[str, Any], streams: tuple[str, ...]) -> int:
        address, tls = self._settings.address, _tls(self._settings)
        if not (self._settings.fronts and direct):
            return listen(self.grpc, address, tls)
        held = self._ends.enter_context(reserve(address))
        behind = f"unix:{self._ends.enter_context(TemporaryDirectory())}/server"
        self.grpc.add_insecure_port(behind)
        port = int(held.getsockname()[1])
        order = Order(
            address=f"{address.rpartition(':')[0]}:{port}",
            behind=behind,
            direct=tuple(direct),
            streams=streams,
            tls=tls,
            most=4 * _THREADS,
            options=(*_OPTIONS, ("grpc.so_reuseport", 1)),
        )

        async def answer(method: str, metadata: Mapping[str, str], body: memoryview, call: Call) -> bytes:
            return await self._gate.answer(direct[method], method, metadata, body, call)

        self._fleet = Fleet(self._settings.fronts, order, answer)
        return port


def _streams(pool: Any, services: Iterable[str]) -> tuple[str, ...]:
    """Return the full names of the methods that take a stream of messages."""
    found = (method for service in services for method in pool.FindServiceByName(service).methods)
    return tuple(f"/{one.containing_service.full_name}/{one.name}" for one in found if one.client_streaming)


def _tokens(settings: Settings) -> TokenFile | None:
    if settings.tokens_file:
        tokens = TokenFile(Path(settings.tokens_file))
        if not tokens.tokens():
            raise UsageError(f"{settings.tokens_file} holds no token; make one with: helioscribe tokens new NAME")
        return tokens
    if not settings.insecure and not _loopback(settings.address):
        raise UsageError(
            f"{settings.address} is open to the network: set HELIOSCRIBE_TOKENS_FILE, or HELIOSCRIBE_INSECURE=1 "
            "where the network itself is guarded"
        )
    return None


def _tls(settings: Settings) -> tuple[str, str, str]:
    if not settings.tls_certificate:
        return ("", "", "")
    certificate, key = _pem("TLS_CERTIFICATE", settings.tls_certificate), _pem("TLS_KEY", settings.tls_key)
    return key, certificate, _pem("TLS_CLIENTS", settings.tls_clients) if settings.tls_clients else ""


def _pem(name: str, file: str) -> str:
    try:
        data = Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError.wrap(error, doing=f"HELIOSCRIBE_{name}") from None
    if "-----BEGIN " not in data:
        raise InvalidInputError(f"HELIOSCRIBE_{name}: {file} is not a PEM file")
    return data


def _loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
