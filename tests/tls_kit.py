"""Certificates made with openssl, and TLS servers on loopback that show them."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import NamedTuple

_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_CA = """\
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


class Pair(NamedTuple):
    """A certificate with its key."""

    certificate: Path
    key: Path


class Authority:
    """A root of its own, and certificates under it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "ca.pem"
        (home / "ca.cnf").write_text(_CA)
        (home / "index.txt").write_text("")
        (home / "serial").write_text("01\n")
        self._openssl(
            "req", "-x509", *_CURVE, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", "/CN=Test Root"
        )

    def issue(self, name: str, *, days: tuple[float, float]) -> Pair:
        """For this name, valid from so many days from now until so many; negative ones lie in the past."""
        pair = Pair(self.home / f"{name}{days[1]}.pem", self.home / f"{name}{days[1]}.key")
        request, alternative = self.home / "request.pem", f"subjectAltName=DNS:{name},DNS:www.{name}"
        self._openssl(
            "req", "-new", *_CURVE, "-keyout", pair.key, "-out", request, "-subj", f"/CN={name}", "-addext", alternative
        )
        begin, end = ((datetime.now(UTC) + timedelta(days=day)).strftime("%Y%m%d%H%M%SZ") for day in days)
        self._openssl(
            "ca", "-batch", "-config", "ca.cnf", "-in", request, "-out", pair.certificate, "-notext",
            "-startdate", begin, "-enddate", end,
        )  # fmt: skip
        return pair

    def _openssl(self, *arguments: str | Path) -> None:
        subprocess.run(["openssl", *map(str, arguments)], cwd=self.home, check=True, capture_output=True, timeout=30)


@contextmanager
def tls_server(pair: Pair, versions: tuple[ssl.TLSVersion, ssl.TLSVersion] | None = None) -> Iterator[int]:
    """Shakes hands with whoever comes, with no other versions than these; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    if versions:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = versions
    listener = socket.create_server(("127.0.0.1", 0))

    def one(client: socket.socket) -> None:
        with client, suppress(OSError), context.wrap_socket(client, server_side=True) as shaken:
            shaken.recv(1)

    def accept() -> None:
        with suppress(OSError):  # closed at the end
            while True:
                Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        listener.close()
        thread.join()
