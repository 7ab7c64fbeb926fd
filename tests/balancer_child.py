"""What a team points its traffic with: `balancer_child.py haproxy SOCKET MAP COLOUR`, `... nginx HOME COLOUR`, and
`... confirm URL COLOUR`, which asks over new connections who answers.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

IN_A_ROW, PATIENCE_S = 5, 10.0


def haproxy(admin: str, live: str, colour: str) -> None:
    """From one request to the next, without a reload; the file is for the next start."""
    _tell(admin, f"set map {live} live {colour}")
    _, _, now = _tell(admin, f"show map {live}").split()
    assert now == colour, f"the map says {now}"
    Path(live).write_text(f"live {colour}\n")
    _say(f"live is {now}")


def _tell(admin: str, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as runtime:
        runtime.connect(admin)
        runtime.sendall(f"{command}\n".encode())
        return b"".join(iter(lambda: runtime.recv(65536), b"")).decode()


def nginx(home: str, colour: str) -> None:
    """By a reload: new workers take over, the old ones end what they have begun."""
    new = Path(home, "live.new")
    new.symlink_to(f"{colour}.conf")
    new.replace(Path(home, "live.conf"))
    argv = ["nginx", "-e", f"{home}/error.log", "-p", home, "-c", f"{home}/nginx.conf", "-q"]
    subprocess.run([*argv, "-t"], check=True)
    subprocess.run([*argv, "-s", "reload"], check=True)
    _say(f"{colour}, as soon as it has read its configuration")


def confirm(url: str, colour: str) -> None:
    deadline, seen = time.monotonic() + PATIENCE_S, 0
    while seen < IN_A_ROW:
        assert time.monotonic() < deadline, f"{colour} does not answer"
        with urlopen(f"{url}/api/health", timeout=PATIENCE_S) as answer:
            seen = seen + 1 if f'"{colour}"' in answer.read().decode() else 0
    _say(f"{IN_A_ROW} requests in a row answered by {colour}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


_WORK: dict[str, Callable[..., None]] = {"haproxy": haproxy, "nginx": nginx, "confirm": confirm}

if __name__ == "__main__":
    _WORK[sys.argv[1]](*sys.argv[2:])
