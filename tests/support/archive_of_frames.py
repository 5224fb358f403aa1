"""A JSOC on this machine that cuts fields out of a simulated disk, one frame in 12 s."""

from __future__ import annotations

import io
import json
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

    def records(self, query: str) -> dict[str, Any]:
        start, _, rest = query.split("[", 1)[1].split("]", 1)[0].partition("/")
        length, _, step = rest.partition("@")
        begin = datetime.fromisoformat(start.removesuffix("_TAI").replace(".", "-").replace("_", "T")) - timedelta(seconds=37)
        every = float(step.rstrip("s")) if step else 12.0
        moments = [begin + timedelta(seconds=after) for after in np.arange(0, float(length.rstrip("s")), every)]
        moments = [moment for moment in moments if moment - _BEGIN < self.empty_after]
        texts = [f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in moments]
        numbers = [str(int((moment - _BEGIN).total_seconds())) for moment in moments]
        columns = {"T_REC": texts, "T_OBS": texts, "QUALITY": ["0x00000000"] * len(texts), "WAVELNTH": ["304"] * len(texts), "*recnum*": numbers}
        return {"status": 0, "count": len(texts), "keywords": [{"name": key, "values": values} for key, values in columns.items()]}

    def export(self, query: dict[str, str]) -> dict[str, Any]:
        self.exports.append(query)
        numbers = [one.strip("#") for one in query["ds"].split("[:")[1].split("]")[0].split(",")]
        files = [{"record": number, "filename": f"frame.{number}.fits"} for number in numbers]
        return {"status": 0, "requestid": f"JSOC_{len(self.exports)}", "dir": "/SUM1", "data": files}

    def frame(self, number: int) -> bytes:
        pixels = np.full((30, 30 + number % 2), 100.0, np.float32)
        pixels[10, 10] = number
        time = (_BEGIN + timedelta(seconds=number)).isoformat()
        header = {key: value for key, value in CUBE.items() if not key.endswith("3")}
        header |= {"DATE-OBS": time, "T_OBS": time + "Z", "CDELT2": 2.0, "BUNIT": "DN", "EXPTIME": 2.0, "QUALITY": 0}
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
        elif query["op"] == "rs_list":
            body = json.dumps(self.server.records(query["ds"])).encode()
        else:
            body = json.dumps(self.server.export(query)).encode()
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
