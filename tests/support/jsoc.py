"""A JSOC of our own: it replays recorded answers to queries, and exports as it is told to."""

from __future__ import annotations

import gzip
import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from astropy.io import fits

from support.images import HMI

__all__ = ["Jsoc", "replay"]


def _small_fits(height: int, width: int) -> bytes:
    header = fits.Header(HMI | {"CRPIX1": 3.0, "CRPIX2": 3.0})
    stream = io.BytesIO()
    fits.PrimaryHDU(np.ones((height, width), "f4"), header).writeto(stream)
    return stream.getvalue()


@dataclass
class Jsoc:
    """What the server knows, and what it was asked."""

    recorded: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Answers of ``rs_list`` by the name of the series."""

    structures: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Answers of ``series_struct``."""

    bad: set[str] = field(default_factory=set)
    """Records that make an export end with status 4."""

    without: set[str] = field(default_factory=set)
    """Records for which an export has no file."""

    statuses: list[int] = field(default_factory=list)
    """What to answer to the next looks at exports, before they are ready."""

    refusals: list[int] = field(default_factory=list)
    """Statuses of the next requests for exports."""

    outages: list[int] = field(default_factory=list)
    """HTTP statuses of the next answers of any kind; 0 breaks the connection, -1 leaves it silent for a while."""

    forever: bool = False
    """Exports stay pending."""

    damage: list[str] = field(default_factory=list)
    """What is wrong with the next files: ``cut``, ``html``, ``large`` or ``tall``."""

    exports: dict[str, list[str]] = field(default_factory=dict)
    """Records by export."""

    asked: list[dict[str, str]] = field(default_factory=list)
    """Questions, as their parameters."""

    url: str = ""
    """Root."""

    def load(self, file: Path) -> None:
        """Replay a recorded answer."""
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        series = file.name.split("_", 2)[2]
        (self.structures if file.name.startswith("series") else self.recorded)[series.lower()] = json.loads(text)

    def answer(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """Answer one question."""
        self.asked.append(query)
        match path, query.get("op"):
            case "checkAddress.sh", _:
                return {"status": 2 if "known" in query["address"] else 4, "msg": ""}
            case "jsoc_info", "rs_list":
                return self._records(query)
            case "jsoc_info", "series_struct":
                return next(
                    (v for k, v in self.structures.items() if k.startswith(query["ds"].lower())),
                    {"status": 4, "error": "?"},
                )
            case "jsoc_fetch", "exp_request":
                return self._request(query)
            case "jsoc_fetch", "exp_status":
                return self._status(query["requestid"])
        return {"status": 4, "error": "unknown question"}

    def _records(self, query: dict[str, str]) -> dict[str, Any]:
        series = query["ds"].split("[")[0].lower()
        found = next((value for name, value in self.recorded.items() if name.startswith(series)), None)
        if found is None:
            return {"status": 4, "error": "Expecting value: line 1 column 1 (char 0)"}
        columns = {column["name"]: column["values"] for column in found.get("keywords", ())}
        wanted = [{"name": key, "values": columns[key]} for key in query["key"].split(",") if key in columns]
        return {"status": 0, "count": found["count"], "keywords": wanted} if wanted else {"status": 0, "count": 0}

    def _request(self, query: dict[str, str]) -> dict[str, Any]:
        if self.refusals:
            return {"status": self.refusals.pop(0), "requestid": "", "error": "too many pending"}
        name = f"JSOC_20200101_{len(self.exports) + 1:03d}"
        self.exports[name] = query["ds"].split(",")
        return {"status": 2, "requestid": name, "method": "url", "protocol": "fits", "wait": 1}

    def _status(self, name: str) -> dict[str, Any]:
        common = {"requestid": name, "method": "url", "protocol": "fits"}
        if self.statuses or self.forever:
            return {**common, "status": self.statuses.pop(0) if self.statuses else 1}
        records = self.exports.get(name, [])
        if self.bad & set(records):
            return {**common, "status": 4, "error": "a record has no image"}
        kept = [record for record in records if record not in self.without]
        data = [{"record": record.split("{")[0], "filename": f"{k}.fits"} for k, record in enumerate(kept)]
        return {**common, "status": 0, "dir": f"/SUM/{name}", "data": data, "count": len(data)}

    def file(self) -> bytes:
        """Return the bytes of a file."""
        wrong = self.damage.pop(0) if self.damage else ""
        data = _small_fits(*{"large": (400, 400), "tall": (400, 4)}.get(wrong, (4, 4)))
        return {"cut": data[:2900], "html": b"<html>busy</html>"}.get(wrong, data)


@contextmanager
def replay() -> Iterator[Jsoc]:
    """Serve on a port of this machine."""
    jsoc = Jsoc()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if jsoc.outages and (status := jsoc.outages.pop(0)) != 200:
                if status == -1:
                    threading.Event().wait(3)
                elif status:
                    self.send_error(status)
                else:
                    self.connection.close()
                return
            parts = urlsplit(self.path)
            found = re.fullmatch(r"/cgi-bin/ajax/(\w+(?:\.sh)?)", parts.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            body = json.dumps(jsoc.answer(found[1], query)).encode() if found else jsoc.file()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    jsoc.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield jsoc
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
