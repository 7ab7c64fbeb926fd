"""A blue and a green release of a shop, a process each, behind a real HAProxy or a real nginx."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from database_kit import home_of, running
from http_traps import free_port
from load_kit import ask

PERCENT_FAILING = 40  # of green's payments

_TOOL = (sys.executable, str(Path(__file__).with_name("balancer_child.py")))

_HAPROXY = """\
global
    stats socket {home}/admin.sock mode 600 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend shop
    bind 127.0.0.1:{port}
    use_backend %[str(live),map({home}/live.map)]
backend blue
    server blue {blue}
backend green
    server green {green}
"""

_NGINX = """\
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    upstream blue {{ server {blue}; }}
    upstream green {{ server {green}; }}
    include {home}/live.conf;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://$live; }}
    }}
}}
"""


class Balancer(NamedTuple):
    """A running one."""

    url: str
    switch: tuple[str, ...]
    """The command that points the traffic to a colour, which comes after it."""

    @property
    def confirm(self) -> tuple[str, ...]:
        """The command that fails unless a colour, which comes after it, has the traffic."""
        return (*_TOOL, "confirm", self.url)


Start = Callable[[], AbstractContextManager[Balancer]]


@contextmanager
def haproxy() -> Iterator[Balancer]:
    """Switched by its map, through the runtime socket."""
    with _releases() as (blue, green), home_of(None) as home:
        port = free_port()
        (home / "live.map").write_text("live blue\n")
        (home / "haproxy.cfg").write_text(_HAPROXY.format(home=home, port=port, blue=blue, green=green))
        with running(["haproxy", "-db", "-q", "-f", f"{home}/haproxy.cfg"], lambda: _answers(port)):
            yield Balancer(f"http://127.0.0.1:{port}", (*_TOOL, "haproxy", f"{home}/admin.sock", f"{home}/live.map"))


@contextmanager
def nginx() -> Iterator[Balancer]:
    """Switched by a link and a reload."""
    with _releases() as (blue, green), home_of(None) as home:
        port = free_port()
        for colour in ("blue", "green"):
            (home / f"{colour}.conf").write_text(f'map "" $live {{ default {colour}; }}\n')
        (home / "live.conf").symlink_to("blue.conf")
        (home / "nginx.conf").write_text(_NGINX.format(home=home, port=port, blue=blue, green=green))
        argv = ["nginx", "-e", f"{home}/error.log", "-p", f"{home}", "-c", f"{home}/nginx.conf"]
        with running(argv, lambda: _answers(port)):
            yield Balancer(f"http://127.0.0.1:{port}", (*_TOOL, "nginx", str(home)))


@contextmanager
def _releases() -> Iterator[tuple[str, str]]:
    """Host and port of blue and of green."""
    with _release("blue", 0) as blue, _release("green", PERCENT_FAILING) as green:
        yield blue, green


@contextmanager
def _release(colour: str, percent_failing: int) -> Iterator[str]:
    argv = [sys.executable, str(Path(__file__).with_name("shop_child.py")), colour, str(percent_failing)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield urlsplit(json.loads(process.stdout.readline())["url"]).netloc
        finally:
            process.kill()


def _answers(port: int) -> bool:
    return ask(f"127.0.0.1:{port}", "GET", "/api/health", None) == (200, "blue")
