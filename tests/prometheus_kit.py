"""A real Prometheus on loopback that scrapes what a test says."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from http_traps import Reply, Request, free_port, serve


class Exporter:
    """Metrics over HTTP that a test can change and take away."""

    def __init__(self, metrics: Callable[[], str]) -> None:
        """`metrics` is called for each scrape."""
        self.up = True
        self._metrics = metrics

    def __call__(self, _request: Request) -> Reply:
        return Reply(200 if self.up else 503, self._metrics(), {"Content-Type": "text/plain; version=0.0.4"})


class Prometheus(NamedTuple):
    """One that scrapes an exporter, called app, five times a second."""

    url: str
    exporter: Exporter


@contextmanager
def prometheus_of(metrics: Callable[[], str], home: Path) -> Iterator[Prometheus]:
    """Its files are in `home`. It has scraped once."""
    exporter = Exporter(metrics)
    with serve(exporter) as target:
        (home / "prometheus.yml").write_text(
            "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
            "scrape_configs:\n"
            f"  - {{job_name: app, static_configs: [{{targets: ['{target.removeprefix('http://')}']}}]}}\n"
        )
        port = free_port()
        arguments = [
            "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=error",
            f"--web.listen-address=127.0.0.1:{port}",
        ]  # fmt: skip
        with subprocess.Popen(arguments, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                url = f"http://127.0.0.1:{port}"
                until(lambda: process.poll() is not None or finds(url, "up==1"), "a scrape by Prometheus")
                assert process.poll() is None, "Prometheus did not start"
                yield Prometheus(url, exporter)
            finally:
                process.terminate()


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.05)


def finds(url: str, query: str) -> bool:
    """Whether a query gives any series; False while nobody answers."""
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query?query={quote(query)}", timeout=5) as response:
            return bool(json.load(response)["data"]["result"])
    except OSError:
        return False
