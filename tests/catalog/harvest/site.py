"""A catalog of somebody else: a real HTTP server on this machine that serves what a test says."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Reply:
    """What is sent; ``cut`` bytes are announced but never come."""

    body: bytes = b""
    kind: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    sized: bool = True


Route = Callable[[dict[str, str]], Reply]


def as_json(result: Any, **more: Any) -> Reply:
    """An answer of CKAN's API."""
    content = {"success": True, "result": result} | more
    return Reply(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def package(number: int, **changes: Any) -> dict[str, Any]:
    """A package of a foreign CKAN."""
    return {
        "id": f"p-{number:04d}",
        "name": f"data-{number}",
        "title": f"公交线路信息{number}",
        "notes": f"第{number}条公交线路的站点和时刻。",
        "organization": {"title": "江苏省公安厅"},
        "tags": [{"name": "交通"}],
        "groups": [],
        "resources": [{"id": f"r-{number}", "format": "CSV"}],
        "extras": [{"key": "frequency", "value": "每月"}],
        "isopen": True,
        "metadata_created": "2024-03-01T08:00:00.000000",
        "metadata_modified": "2026-10-02T08:00:00.000000",
    } | changes


class Site:
    """Serves routes by path; remembers what it was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[str] = []
        self.packages: list[Any] = []
        self.told: int | None = None
        self.routes["/api/3/action/package_search"] = self._search
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def serve(self, path: str, body: bytes | str, kind: str = "text/turtle", **more: Any) -> str:
        """Serve a document; its address."""
        data = body.encode() if isinstance(body, str) else body
        self.routes[path] = lambda _query: Reply(data, kind, **more)
        return self.address + path

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.asked.append(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        route = self.routes.get(parts.path)
        reply = route(query) if route else Reply(b"{}", status=404)
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.kind)
        if reply.sized:
            handler.send_header("Content-Length", str(len(reply.body) + reply.cut))
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        with suppress(ConnectionError):  # a client that had enough of it
            handler.wfile.write(reply.body)

    def _search(self, query: dict[str, str]) -> Reply:
        start, rows = int(query["start"]), int(query["rows"])
        told = len(self.packages) if self.told is None else self.told
        return as_json({"count": told, "results": self.packages[start : start + rows]})


def gzipped(data: bytes) -> Reply:
    """The same, packed."""
    return Reply(gzip.compress(data), headers={"Content-Encoding": "gzip"})


@contextmanager
def running() -> Iterator[Site]:
    """A site that answers until the test is over."""
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()
