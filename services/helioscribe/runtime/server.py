"""A gRPC server with health, reflection, tokens and TLS."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from helioscribe.adapters.rpc.channel import MESSAGE_LIMIT
from helioscribe.domain.errors import InvalidInputError, UnavailableError, UsageError
from helioscribe.runtime.auth import TokenFile
from helioscribe.runtime.interceptors import Gate
from helioscribe.runtime.settings import Settings

__all__ = ["Server"]

_THREADS = 32
_GRACE = 5.0


class Server:
    """Serves what is registered on `grpc` between `start` and `stop`.

    Parameters
    ----------
    settings
        Address, tokens and TLS.
    scopes
        What each method needs.

    Raises
    ------
    UsageError
        If it would be open to the network without tokens.
    """

    def __init__(self, settings: Settings, *, scopes: Mapping[str, str]) -> None:
        self._settings = settings
        tokens = TokenFile(Path(settings.tokens_file)) if settings.tokens_file else None
        if tokens is None and not settings.insecure and not _loopback(settings.address):
            raise UsageError(f"{settings.address} is open to the network: set HELIOSCRIBE_TOKENS_FILE")
        self.grpc = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix="rpc"),
            interceptors=[Gate(tokens=tokens, scopes=scopes)],
            options=[
                ("grpc.max_receive_message_length", MESSAGE_LIMIT),
                ("grpc.max_send_message_length", MESSAGE_LIMIT),
                ("grpc.so_reuseport", 0),
            ],
            maximum_concurrent_rpcs=4 * _THREADS,
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        self.port = 0

    def start(self, *services: str) -> None:
        """Listen, and say that `services`, by their full names, are ready.

        Raises
        ------
        UnavailableError
            If the address is taken.
        """
        reflection.enable_server_reflection((*services, health.SERVICE_NAME, reflection.SERVICE_NAME), self.grpc)
        address = self._settings.address
        try:
            self.port = self._bind(address)
        except RuntimeError as error:
            raise UnavailableError.wrap(error, doing=f"listening on {address}") from None
        self.grpc.start()
        for name in ("", *services):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    def stop(self) -> None:
        """Take no more calls and let running ones end."""
        self._health.enter_graceful_shutdown()
        self.grpc.stop(_GRACE).wait()

    def _bind(self, address: str) -> int:
        certificate, key = self._settings.tls_certificate, self._settings.tls_key
        if not certificate:
            return int(self.grpc.add_insecure_port(address))
        return int(self.grpc.add_secure_port(address, _credentials(certificate, key)))


def _credentials(certificate: str, key: str) -> Any:
    try:
        return grpc.ssl_server_credentials([(Path(key).read_bytes(), Path(certificate).read_bytes())])
    except OSError as error:
        raise InvalidInputError.wrap(error, doing="TLS certificate or key") from None


def _loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
