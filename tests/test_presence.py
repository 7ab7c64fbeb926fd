"""Whose keys a shared terminal gets: what tmux lists, and a cockpit in a real tmux with real clients."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from cockpit_kit import TINY, WIDE, cockpit
from cockpit_releases import begin, events, vitals
from pty_kit import Session, session
from tmux_kit import WARROOM, Terminal, terminal
from warroom.core.events import ClientSeen, SeatTaken
from warroom.presence import Client, Lookout, Tmux, tmux_around, who_types

ANA = "0 100 %1 /dev/pts/3 ana"
BEN = "0 101 %1 /dev/pts/4 ben"
CLEO_READS = "1 105 %1 /dev/pts/5 cleo"
DAN_IS_ELSEWHERE = "0 109 %2 /dev/pts/6 dan"


# --- what is listed


@pytest.mark.parametrize(
    ("listed", "last", "seen"),
    [
        ([ANA], "", Client("ana", "/dev/pts/3", 0)),
        ([ANA, BEN], "/dev/pts/3", Client("ben", "/dev/pts/4", 0)),
        ([ANA, BEN, CLEO_READS], "", Client("ben", "/dev/pts/4", 1)),
        ([ANA, DAN_IS_ELSEWHERE], "", Client("ana", "/dev/pts/3", 0)),
        ([CLEO_READS], "", None),
        ([], "", None),
        (["0 100 %1 /dev/pts/3 "], "", None),
        (["what", "0 x %1 /dev/pts/3 ana"], "", None),
        ([ANA, "0 100 %1 /dev/pts/4 ben"], "/dev/pts/4", Client("ben", "/dev/pts/4", 0)),
        ([ANA, "0 100 %1 /dev/pts/4 ben"], "/dev/pts/3", Client("ana", "/dev/pts/3", 0)),
        (["0 100 %1 /dev/pts/3 ana of ops"], "", Client("ana of ops", "/dev/pts/3", 0)),
    ],
)
def test_the_writable_client_that_was_used_last_types(listed: list[str], last: str, seen: Client | None) -> None:
    assert who_types("\n".join(listed), "%1", last) == seen


def test_outside_tmux_there_is_nobody_to_ask() -> None:
    assert tmux_around({"PATH": os.environ["PATH"]}) is None
    assert tmux_around({"TMUX": "/tmp/x,1,0"}) is None
    assert tmux_around({"TMUX": "/tmp/x,1,0", "TMUX_PANE": "%1"}) is not None


@pytest.mark.parametrize("program", [None, "exit 1", "exec sleep 600"])
def test_a_tmux_that_is_not_there_or_hangs_says_nothing(tmp_path: Path, program: str | None) -> None:
    if program:
        (tmp_path / "tmux").write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (tmp_path / "tmux").chmod(0o755)
    path = f"{tmp_path}:/bin:/usr/bin" if program else str(tmp_path)
    assert Tmux({"TMUX": "x", "TMUX_PANE": "%1", "PATH": path}).look("") is None


class Told:
    """Clients as a test has them."""

    def __init__(self, *users: str) -> None:
        self.users = list(users)
        self.looks = 0

    def look(self, last: str) -> Client | None:
        self.looks += 1
        return Client(self.users[-1], "/dev/pts/1", 0) if self.users else None


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_looks_at_once_when_asked_and_never_after_its_end() -> None:
    seen: list[Client] = []
    clients = Told()
    lookout = Lookout(clients, seen.append)
    lookout.start()
    until(lambda: clients.looks == 1)
    clients.users.append("ana")
    lookout.look_now()
    until(lambda: seen == [Client("ana", "/dev/pts/1", 0)])
    lookout.stop()
    looks = clients.looks
    lookout.look_now()
    assert clients.looks == looks


# --- on the screen


@pytest.mark.parametrize("size", [WIDE, TINY], ids=str)
async def test_a_mismatch_stands_in_the_masthead_until_the_seat_is_taken(tmp_path: Path, size: tuple[int, int]) -> None:
    clients = Told("ana")
    async with cockpit(begin(tmp_path), size, clients=clients) as it:
        await it.stored("client_seen")
        await it.hides("≠ tmux")
        clients.users.append("ben")
        await it.shows("ops-1 ≠ tmux: ben")
        await it.press("o")
        await it.shows("ben types here, and ops-1 took the seat as ana"[: size[0] - 10])
        await it.write("ben-ops")
        await it.press("enter", "C")
        await it.shows("ben-ops claimed")
        await it.stored("client_seen", 3)
        await it.hides("≠ tmux")
        told = [event.body for event in it.of_kind("client_seen")]
        assert [(body.operator, body.user) for body in told if isinstance(body, ClientSeen)] == [
            ("ops-1", "ana"),
            ("ops-1", "ben"),
            ("ben-ops", "ben"),
        ]


# --- a real tmux


def in_tmux(tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    journal = begin(tmp_path, probes=vitals(every="60s", deadline="59s"))
    return journal, (*WARROOM, "run", "-j", str(journal), "--as", "ops-1", "--yes")


def seen_in(journal: Path) -> list[ClientSeen]:
    return [event.body for event in events(journal) if isinstance(event.body, ClientSeen)]


def client(it: Terminal, tmp_path: Path, *options: str, user: str = "") -> AbstractContextManager[Session]:
    environ = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
    return session(*it.attach(*options, user=user), cwd=tmp_path, environ={**environ, "LC_ALL": "C.UTF-8"})


@pytest.mark.real
def test_clients_that_write_and_read_are_told_apart(tmp_path: Path) -> None:
    journal, run = in_tmux(tmp_path)
    with terminal(*run, size=WIDE, cwd=tmp_path) as it:
        it.shows("▌  ○ Back up the database")
        assert seen_in(journal) == [], "nobody is attached"
        with client(it, tmp_path) as writes, client(it, tmp_path, "-r"):
            it.until(lambda: any(seen.readonly == 1 for seen in seen_in(journal)), "a client that reads")
            assert {(seen.operator, seen.user) for seen in seen_in(journal)} == {("ops-1", it.value("#{client_user}"))}
            writes.write("o")
            it.shows("HERE", "1 read only")
        assert "≠" not in it.text


@pytest.mark.real
@pytest.mark.skipif(os.geteuid() != 0, reason="a client of another user takes root")
def test_a_client_of_another_user_is_a_mismatch_until_it_takes_the_seat(tmp_path: Path) -> None:
    journal, run = in_tmux(tmp_path)
    with terminal(*run, size=WIDE, cwd=tmp_path) as it:
        it.shows("▌  ○ Back up the database")
        with client(it, tmp_path) as own:
            own.shows("Back up the database")
            it.until(lambda: seen_in(journal), "the client seen")
            with client(it, tmp_path, user="nobody") as other:
                it.shows("ops-1 ≠ tmux: nobody")
                other.write("o")
                it.shows("SEAT", "nobody types here, and ops-1 took the seat as root")
                other.write("ben\r")
                it.shows("▌ ben")
                other.write("\r")
                it.shows("ops-1 hands over to ben")
                other.write("o")
                it.until(lambda: "OPERATORS" not in it.text, "the cockpit")
                it.until(lambda: "≠" not in it.text, "no mismatch")
                assert [event.actor for event in events(journal) if isinstance(event.body, SeatTaken)] == ["ben"]
                it.until(lambda: seen_in(journal)[-1].operator == "ben", "the new operator's client")
                assert seen_in(journal)[-1].user == "nobody"
