"""What it costs to ask over HTTP, beside the exporter that Prometheus has for it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from kit import Figure, Target, medians

HERE = Path(__file__).parent
BLACKBOX = "prometheus-blackbox-exporter"
ROUNDS, SECONDS = 5, 4
MANY, SOME = 200, 50  # probes a second

_CONFIG = """
modules:
  page:
    prober: http
    http:
      preferred_ip_protocol: ip4
      follow_redirects: false
      valid_status_codes: [200]
"""


def http_probes(room: Path) -> Iterator[Figure]:
    """Both ask one page for its status, each time over a new connection, evenly spread over the seconds."""
    with _target() as url, _Blackbox.running(room) as blackbox:
        ours, baseline = _cpu_ms(blackbox, url, MANY)
        yield Figure("CPU of an HTTP probe", "ms", ours, baseline, BLACKBOX, Target("ratio", "<=", 2.5))
        ours, baseline = (ms / 1000 * SOME * 100 for ms in _cpu_ms(blackbox, url, SOME))
        what = f"{SOME} HTTP probes a second"
        yield Figure(what, "% of a core", ours, baseline, BLACKBOX, Target("ours", "<=", 20))


def _cpu_ms(blackbox: "_Blackbox", url: str, per_second: int) -> list[float]:
    """Of one probe, when there are so many a second: ours, and the exporter's."""
    ours = partial(measured, "http", url, str(per_second), str(SECONDS))
    return medians(ROUNDS, ours, partial(blackbox.ask, url, per_second))


def measured(*work: str) -> float:
    """What `prober.py` prints."""
    argv = (sys.executable, str(HERE / "prober.py"), *work)
    done = subprocess.run(argv, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)  # it has said why
    return float(done.stdout)


@contextmanager
def _target() -> Iterator[str]:
    argv = (sys.executable, HERE / "target.py")
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as target:
        assert target.stdin is not None
        assert target.stdout is not None
        yield f"http://127.0.0.1:{target.stdout.readline().strip()}/health"
        target.stdin.close()


class _Blackbox:
    """The exporter, asked over one kept connection, as Prometheus does."""

    def __init__(self, pid: int, connection: HTTPConnection) -> None:
        self._pid = pid
        self._connection = connection

    @classmethod
    @contextmanager
    def running(cls, room: Path) -> "Iterator[_Blackbox]":
        config, port = room / "blackbox.yml", _free_port()
        config.write_text(_CONFIG)
        argv = (BLACKBOX, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error")
        with subprocess.Popen(argv) as process, closing(HTTPConnection("127.0.0.1", port)) as connection:
            try:
                _wait_for(process, port)
                yield cls(process.pid, connection)
            finally:
                process.terminate()

    def ask(self, url: str, per_second: int) -> float:
        """Milliseconds of its CPU for each probe."""
        count, cpu_s, due = per_second * SECONDS, self._cpu_s(), time.monotonic()
        for _ in range(count):
            self._probe(url)
            due += 1 / per_second
            time.sleep(max(0, due - time.monotonic()))
        return (self._cpu_s() - cpu_s) / count * 1e3

    def _probe(self, url: str) -> None:
        self._connection.request("GET", f"/probe?module=page&target={quote(url, safe='')}")
        assert b"\nprobe_success 1\n" in self._connection.getresponse().read()

    def _cpu_s(self) -> float:
        """Used so far, by all its threads."""
        user, system = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until somebody listens there."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    sys.exit(f"{BLACKBOX} ended before it could be asked")
