"""Servers on loopback for probe tests: well-behaved ones, and those that have fooled monitoring tools."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

CERTIFICATE = Path(__file__).parent / "certificates" / "shop.test.pem"  # its own issuer, for the name shop.test only


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes | str = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Reply]


def handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    """Keeps connections alive, as load balancers do."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            reply = answer(Request(self.command, self.path, dict(self.headers), body))
            content = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            for name, value in ({"Content-Length": str(len(content))} | dict(reply.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_OPTIONS = do_DELETE = _respond  # noqa: N815  # names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in http.server
            """Says nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # kept connections end with the client
    request_queue_size = 128  # a burst must not wait for TCP to try again

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def serve(answer: Answer | type[BaseHTTPRequestHandler], *, tls: bool = False) -> Iterator[str]:
    """An HTTP server; gives its URL."""
    kind = answer if isinstance(answer, type) else handler(answer)
    server = _Server(("127.0.0.1", 0), kind)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def replies(reply: Reply) -> Answer:
    """The same answer to everything."""
    return lambda _request: reply


@contextmanager
def raw_server(talk: Callable[[socket.socket, Event], None]) -> Iterator[str]:
    """Lets `talk` say what it likes to each client until the client hangs up or the event is set; gives the URL."""
    ended = Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def one(client: socket.socket) -> None:
        with client, suppress(OSError):
            client.recv(65536)
            talk(client, ended)

    def accept() -> None:
        with suppress(OSError):  # closed at the end
            while True:
                Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        listener.close()
        thread.join()


def dripping(client: socket.socket, ended: Event) -> None:
    """A byte now and then, always in time for a time-out per read."""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not ended.wait(0.02):
        client.sendall(b"x")


def endless(client: socket.socket, ended: Event) -> None:
    """A body that never ends, as fast as it is read."""
    client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not ended.is_set():
        client.sendall(b"x" * 65536)


def endless_headers(client: socket.socket, ended: Event) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while not ended.is_set():
        client.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def silent(_client: socket.socket, ended: Event) -> None:
    ended.wait()


def not_http(client: socket.socket, _ended: Event) -> None:
    client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def hangs_up(_client: socket.socket, _ended: Event) -> None:
    """Closes the connection without a word."""


def free_port() -> int:
    """A port on which nothing listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port
