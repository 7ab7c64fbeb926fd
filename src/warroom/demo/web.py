"""The little HTTP that the demo's processes speak: an app is a function from a `Request` to a `Reply`.

Loopback only, small bodies only, one thread per connection. Not meant for a real network.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from typing import Any, cast
from urllib.parse import urlsplit

MAX_BODY = 64 * 1024


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes = b""

    @property
    def route(self) -> str:
        """`GET /stats`: what an app looks its handlers up by."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises `ValueError` when it is none."""
        return parse_object(self.body)


App = Callable[[Request], Reply]


def post(path: str, value: object) -> Request:
    return Request("POST", path, json.dumps(value).encode())


def json_reply(status: int, value: object) -> Reply:
    return Reply(status, json.dumps(value).encode() + b"\n", "application/json")


def parse_object(body: bytes) -> dict[str, Any]:
    """Raises `ValueError` when the body is no JSON object."""
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("the body is no JSON object")
    return value


class Server(ThreadingHTTPServer):
    """Serves an app on a free port of 127.0.0.1, from a thread of its own, until the process ends."""

    request_queue_size = 128

    def __init__(self, app: App) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.app = app

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        Thread(target=self.serve_forever, daemon=True).start()

    def server_bind(self) -> None:
        """Without the base class's reverse name look-up, which can hang for seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hung up or fell silent is daily business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    # One segment for head and body: two of them would wait for the caller's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._write(self._answer())

    def do_POST(self) -> None:
        self._write(self._answer())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent: the terminal belongs to the cockpit."""

    def _answer(self) -> Reply:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            return json_reply(413, {"error": f"a body has at most {MAX_BODY} bytes"})
        request = Request(str(self.command), self.path, self.rfile.read(int(length)))
        return cast("Server", self.server).app(request)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)


class Caller:
    """A keep-alive connection to one server. After an error the next call connects again."""

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        address = urlsplit(url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=timeout_s)

    def send(self, request: Request) -> Reply:
        """Raises `OSError` when no whole answer comes."""
        try:
            self._connection.request(request.method, request.path, request.body or None, _JSON)
            response = self._connection.getresponse()
            body = response.read()
        except HTTPException as error:
            self._connection.close()
            raise ConnectionError(f"no HTTP answer: {error!r}") from error
        except OSError:
            self._connection.close()
            raise
        return Reply(response.status, body, response.headers.get("Content-Type", "application/octet-stream"))

    def close(self) -> None:
        self._connection.close()


_JSON = {"Content-Type": "application/json"}


def send_once(url: str, request: Request, timeout_s: float = 5.0) -> Reply:
    """Sends over a new connection, so that whoever is live now answers. Raises `OSError`."""
    caller = Caller(url, timeout_s)
    try:
        return caller.send(request)
    finally:
        caller.close()
