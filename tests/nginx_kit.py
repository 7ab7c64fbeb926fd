"""A real nginx in front of two releases, which changes over by reloading its configuration."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database_kit import running
from http_traps import free_port
from running_kit import wait_until

_CONFIGURATION = """\
daemon off;
master_process on;
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/error.log;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    limit_req_zone $binary_remote_addr zone=few:1m rate=1r/s;
    limit_req_status 429;
    keepalive_timeout 60s;
    server {{
        listen 127.0.0.1:{port};
        location / {{ add_header X-Release {release} always; return 200 "{release}"; }}
        location /limited {{ limit_req zone=few burst=4 nodelay; try_files /nothing @answer; }}
        location @answer {{ return 200 "ok"; }}
    }}
}}
"""


class Nginx:
    """A running one."""

    def __init__(self, home: Path, port: int) -> None:
        self._home = home
        self._port = port
        self._pid = 0
        self.url = f"http://127.0.0.1:{port}"

    def _write(self, release: str) -> None:
        text = _CONFIGURATION.format(home=self._home, port=self._port, release=release)
        (self._home / "nginx.conf").write_text(text)

    def switch(self, release: str) -> None:
        """When this returns, only new workers take connections; the old ones go on answering those that they have."""
        before = self._accepting()
        self._write(release)
        os.kill(self._pid, signal.SIGHUP)
        wait_until(lambda: bool(now := self._accepting()) and not now & before)

    def _accepting(self) -> set[str]:
        """Process ids of the workers that take new connections; the title of one that leaves says so."""
        workers = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        return {worker for worker in workers if "shutting down" not in _title(worker)}

    @classmethod
    @contextmanager
    def start(cls, release: str) -> Iterator["Nginx"]:
        with tempfile.TemporaryDirectory(prefix="warroom-test-") as name:
            nginx = cls(Path(name), free_port())
            nginx._write(release)

            def ready() -> bool:
                with socket.socket() as client:
                    return client.connect_ex(("127.0.0.1", nginx._port)) == 0

            argv = ["nginx", "-e", f"{name}/error.log", "-p", name, "-c", f"{name}/nginx.conf"]
            with running(argv, ready) as nginx._pid:
                yield nginx


def _title(worker: str) -> str:
    try:
        return Path(f"/proc/{worker}/cmdline").read_text()
    except OSError:
        return "shutting down"  # it has gone
