"""Choosing the archive for images of SDO: JSOC, the providers of sunpy's Fido, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ports.archive import Archive

if TYPE_CHECKING:
    from helioscribe.ingest.sources.jsoc import CutOut

__all__ = ["ImageSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource:
    """Settings of the archives for images of SDO."""

    email: str = ""
    """Address that is registered at JSOC."""

    server: str = "http://jsoc.stanford.edu"
    """Root of JSOC."""

    provider: str = "auto"
    """``jsoc``, ``fido``, or ``auto``: JSOC if there is an address, and Fido without one or if JSOC is down."""

    cadence: float | None = None
    """Time between images [s]; None takes all images."""

    def archive(self, cutout: CutOut | None = None) -> Archive:
        """Return the archive of whole images, or of cut-outs.

        Raises
        ------
        InvalidInputError
            If there is a cut-out but JSOC is not used; only JSOC makes cut-outs.
        """
        from helioscribe.ingest.sources.fallback import FallbackArchive
        from helioscribe.ingest.sources.fido_archive import FidoArchive
        from helioscribe.ingest.sources.jsoc import JsocArchive
        from helioscribe.ingest.sources.jsoc_server import JsocServer

        with_jsoc = self.provider == "jsoc" or (self.provider == "auto" and bool(self.email))
        if cutout is not None and not with_jsoc:
            raise InvalidInputError(
                "cut-outs come only from JSOC; expected --email with an address that is registered there"
            )
        server = JsocServer(url=self.server)
        jsoc = JsocArchive(email=self.email, cadence=self.cadence, cutout=cutout, server=server)
        if cutout is not None or self.provider == "jsoc":
            return jsoc
        fido = FidoArchive(cadence=self.cadence)
        return FallbackArchive(first=jsoc, second=fido) if with_jsoc else fido
