"""A JSOC on this machine that cuts fields out of a simulated disk, one frame in 12 s."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from astropy.io import fits

from support.cubes import CUBE

__all__ = ["FrameServer", "frame_server"]

_BEGIN = datetime(2014, 3, 1)


class FrameServer(ThreadingHTTPServer):
    """Answers queries and exports at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.exports: list[dict[str, Any]] = []
        self.empty_after = timedelta(days=1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        match query.get("op"):
            case "rs_list":
                return self.records(query["ds"])
            case "exp_request":
                self.exports.append(query)
                return {
                    "status": 2,
                    "requestid": f"JSOC_{len(self.exports)}",
                    "method": "url",
                    "protocol": "fits",
                    "wait": 1,
                }
            case "exp_status":
                return self.export(query["requestid"])
        return {"status": 2, "msg": path}  # the address is known

    def records(self, question: str) -> dict[str, Any]:
        found = re.search(r"\[([^Z]+)Z-([^Z]+)Z\]", question)
        assert found is not None
        start, end = (datetime.fromisoformat(text) for text in found.groups())
        first = -(-(start - _BEGIN).total_seconds() // 12) * 12
        last = min((end - _BEGIN).total_seconds(), self.empty_after.total_seconds() - 1)
        moments = [_BEGIN + timedelta(seconds=after) for after in np.arange(first, last + 1, 12.0)]
        texts = [f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in moments]
        columns = {
            "T_REC": texts,
            "T_OBS": texts,
            "QUALITY": ["0x00000000"] * len(texts),
            "WAVELNTH": ["304"] * len(texts),
        }
        keywords = [{"name": key, "values": values} for key, values in columns.items()] if texts else []
        return {"status": 0, "count": len(texts), "keywords": keywords}

    def export(self, request: str) -> dict[str, Any]:
        records = self.exports[int(request.rpartition("_")[2]) - 1]["ds"].split(",")
        slots = [record.split("[")[1].split("Z")[0] for record in records]
        numbers = [int((datetime.fromisoformat(slot) - _BEGIN).total_seconds()) for slot in slots]
        data = [
            {"record": record.split("{")[0], "filename": f"frame.{number}.fits"}
            for record, number in zip(records, numbers, strict=True)
        ]
        common = {"requestid": request, "method": "url", "protocol": "fits", "dir": "/SUM1", "count": len(data)}
        return {**common, "status": 0, "data": data}

    def frame(self, number: int) -> bytes:
        pixels = np.full((30, 30 + number % 2), 100.0, np.float32)
        pixels[10, 10] = number
        time = (_BEGIN + timedelta(seconds=number)).isoformat()
        header = {key: value for key, value in CUBE.items() if not key.endswith("3")}
        header |= {
            "DATE-OBS": time,
            "T_OBS": time + "Z",
            "CDELT1": 10.0,
            "CDELT2": 10.0,
            "BUNIT": "DN",
            "EXPTIME": 2.0,
            "QUALITY": 0,
        }
        stream = io.BytesIO()
        fits.PrimaryHDU(pixels, fits.Header(header)).writeto(stream)
        return stream.getvalue()


class _Handler(BaseHTTPRequestHandler):
    server: FrameServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: value[0] for key, value in parse_qs(url.query).items()}
        if url.path.endswith(".fits"):
            body = self.server.frame(int(url.path.split(".")[-2]))
        else:
            body = json.dumps(self.server.answer(url.path, query)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def frame_server() -> Iterator[FrameServer]:
    """Run the server while the context lasts."""
    with FrameServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
