"""Customers of a shop in a process of their own, who count what they were answered: `load_kit.py URL DIARY PAUSE_S`.

Each asks over a new connection, so that whoever has the traffic at that moment answers.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from select import select
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import urlsplit

from warroom.clock import SystemClock

CUSTOMERS = 5
PATIENCE_S = 5.0  # of one customer for one answer
LONGEST_S = 300.0  # should the test forget them

_WISHES = (("GET", "/api/health", None), ("POST", "/api/payments", b'{"amount": 20}'))


class Asked(NamedTuple):
    """One request as its customer met it. Times are microseconds of this host's clock that never goes back."""

    begun_us: int
    ended_us: int
    status: int
    """0: there was no answer."""
    by: str
    """The colour of the release, where the answer names it."""

    @property
    def failed(self) -> bool:
        return self.status not in range(200, 300)


class Count(NamedTuple):
    """As the customers counted."""

    answered: int
    failed: int
    """Answered with an error, or not at all."""


class Load:
    """Customers at work."""

    def __init__(self, process: "subprocess.Popen[str]", diary: Path) -> None:
        self._process = process
        self._diary = diary

    def end(self) -> tuple[Count, list[Asked]]:
        """Sends them home. What they counted, and what each of them met, in the order of the answers."""
        count, _ = self._process.communicate(timeout=60)
        return Count(*json.loads(count)), [Asked(*each) for each in json.loads(self._diary.read_text())]


@contextmanager
def load(url: str, diary: Path, *, pause_s: float) -> Iterator[Load]:
    """Each customer thinks for `pause_s` after each answer."""
    argv = [sys.executable, __file__, url, str(diary), str(pause_s)]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Load(process, diary)
    finally:
        process.kill()
        process.communicate(timeout=60)


def _shop(host: str, pause_s: float, over: Event, diary: list[Asked]) -> None:
    clock = SystemClock()
    while not over.is_set():
        for method, path, body in _WISHES:
            begun_us = clock.mono_us()
            status, by = ask(host, method, path, body)
            diary.append(Asked(begun_us, clock.mono_us(), status, by))
            over.wait(pause_s)


def ask(host: str, method: str, path: str, body: bytes | None) -> tuple[int, str]:
    """Status of the answer, 0 if there was none, and which release gave it if it says so."""
    connection = HTTPConnection(host, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, HTTPException):
        return 0, ""
    finally:
        connection.close()
    return answer.status, str(json.loads(said).get("color", "")) if answer.status == 200 else ""


def main(url: str, diary: str, pause_s: str) -> None:
    """Until stdin is closed."""
    host = urlsplit(url).netloc
    over, asked = Event(), list[Asked]()
    customers = [Thread(target=_shop, args=(host, float(pause_s), over, asked)) for _ in range(CUSTOMERS)]
    for customer in customers:
        customer.start()
    select([sys.stdin], [], [], LONGEST_S)
    over.set()
    for customer in customers:
        customer.join()
    Path(diary).write_text(json.dumps(asked))
    failed = sum(each.failed for each in asked)
    sys.stdout.write(json.dumps((len(asked) - failed, failed)))


if __name__ == "__main__":
    main(*sys.argv[1:])
