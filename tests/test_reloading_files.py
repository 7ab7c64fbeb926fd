"""Which changes of probe files are taken, by looking at real files; and what a taken one does to engine and journal."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli_kit import Shell
from cockpit_releases import CHECKLIST, OPERATOR, RELEASE, begin, vitals
from engine_kit import running
from journal_kit import StillClock
from probe_kit import probe
from test_probe_engine import FAST, Scripted, scripted
from warroom.cli.approval import approve
from warroom.cli.cockpit import start_release
from warroom.cli.probe_files import in_use, known
from warroom.clock import SystemClock
from warroom.core import probe_decisions
from warroom.core.errors import BadInput, Refused
from warroom.core.events import ProbeRevised
from warroom.core.probe import ProbeSpec
from warroom.core.wish import Wish
from warroom.journal.store import open_journal
from warroom.journal.verify import verify
from warroom.probing.sampling import Sampler
from warroom.reloading import Looked, Reloading
from warroom.room import Room

PROBES = vitals()


class Files:
    """A release with its probe files, and what looks at them."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "probes"
        self.journal = begin(home, probes=PROBES)
        self.stored = open_journal(self.journal)
        self.room = Room(self.stored, StillClock(), origin="cockpit@tower:1")
        self.reloading = Reloading(self.directory, Sampler(SystemClock()))

    def write(self, name: str, text: str) -> None:
        (self.directory / f"{name}.toml").write_text(text, encoding="utf-8")

    def look(self) -> Looked:
        return self.reloading.look(self.room.plan, self.room.release)

    def at_rest(self) -> Looked:
        """As a look sees it once nobody writes any more."""
        self.look()
        return self.look()

    def act(self, wish: Wish) -> None:
        self.room.act(wish, actor="warroom")

    def take(self) -> Looked:
        """Does all that a look says is to be done."""
        looked = self.at_rest()
        for wish in looked.wishes:
            self.act(wish)
        for spec, toml in looked.changed:
            self.act(partial(probe_decisions.revise, spec=spec, toml=toml))
        return looked

    @property
    def wrong(self) -> dict[str, str]:
        return self.room.release.config_errors


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    monkeypatch.chdir(tmp_path)
    it = Files(tmp_path)
    yield it
    it.stored.close()


def ids(looked: Looked) -> list[str]:
    return [changed.spec.id for changed in looked.changed]


# --- which


def test_files_that_are_as_agreed_are_left_alone(files: Files) -> None:
    for _ in range(3):
        assert files.look() == ((), ())


def test_a_half_written_file_waits_until_it_is_whole(files: Files) -> None:
    """Each of these pieces could be taken for a broken file, and the first for a deleted one."""
    whole = PROBES["health"].replace('"< 5"', '"< 7"')
    (files.directory / "health.toml").unlink()
    assert files.look() == ((), ())
    for end in (10, len(whole) // 2, len(whole)):
        files.write("health", whole[:end])
        assert files.look() == ((), ())
    assert ids(files.look()) == ["health"]


def test_a_change_of_the_same_length_and_time_is_seen(files: Files) -> None:
    """As an editor leaves it that keeps times, or that puts another file in its place."""
    path = files.directory / "health.toml"
    assert files.at_rest() == ((), ())
    other = path.with_name("other")
    other.write_text(PROBES["health"].replace('"< 5"', '"< 7"'), encoding="utf-8")
    before = path.stat()
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    assert ids(files.at_rest()) == ["health"]


def test_new_files_are_not_picked_up(files: Files) -> None:
    files.write("spare", PROBES["health"].replace('pane = "health"\n', ""))
    assert files.at_rest() == ((), ())


def test_two_probes_may_swap_their_panes(files: Files) -> None:
    for one, other in (("health", "queue-depth"), ("queue-depth", "health")):
        pane, wanted = one.replace("-", " "), other.replace("-", " ")
        files.write(one, PROBES[one].replace(f'pane = "{pane}"', f'pane = "{wanted}"'))
    assert ids(files.take()) == ["health", "queue-depth"]
    assert {spec.id: spec.pane for spec in files.room.plan.probes}["health"] == "queue depth"


def test_a_pane_that_another_probe_has_is_refused_until_it_is_free(files: Files) -> None:
    wanting = PROBES["health"].replace('pane = "health"', 'pane = "queue depth"')
    files.write("health", wanting)
    assert ids(files.take()) == []
    assert files.wrong == {
        "health": 'probes/health.toml:2: pane: "queue depth" shows queue-depth already; '
        "take the pane out of one of the two"
    }
    files.write("queue-depth", PROBES["queue-depth"].replace('pane = "queue depth"\n', ""))
    assert ids(files.take()) == ["health", "queue-depth"]
    assert not files.wrong


def test_what_cannot_be_taken_holds_nothing_else_up(files: Files) -> None:
    files.write("health", PROBES["health"].replace('pane = "health"', 'pane = "error rate"'))
    files.write("error-rate", PROBES["error-rate"].replace('pane = "error rate"', 'pane = "queue depth"'))
    files.write("payment-success", PROBES["payment-success"].replace("< 95", "< 97"))
    assert ids(files.take()) == ["payment-success"]
    assert files.wrong.keys() == {"health", "error-rate"}


def test_the_same_error_is_told_once(files: Files) -> None:
    files.write("health", "?")
    assert len(files.take().wishes) == 1
    assert files.take() == ((), ())


def test_what_is_no_news_is_refused(files: Files) -> None:
    """Between a look and the decision another process may have been first."""
    refuse = partial(probe_decisions.refuse, probe="health", why="?")
    files.act(refuse)
    for wish in (refuse, partial(probe_decisions.clear, probe="queue-depth")):
        with pytest.raises(Refused):
            files.act(wish)
    with pytest.raises(Refused, match='no probe "spare"'):
        files.act(partial(probe_decisions.refuse, probe="spare", why="?"))


def test_a_file_is_kept_as_it_is_written_though_a_word_of_it_is_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would differ from what is in force at every look, and be taken again and again."""
    monkeypatch.setenv("API_TOKEN", "kumquat")  # too short to be refused in a file, as at the start
    monkeypatch.chdir(tmp_path)
    files = Files(tmp_path)
    files.write("health", PROBES["health"].replace('title = "Health"', 'title = "kumquat"'))
    assert ids(files.take()) == ["health"]
    assert files.take() == ((), ())
    assert files.stored.about("health")[-1].body.detail == "title Health, now [redacted]"
    files.stored.close()


def test_a_directory_in_place_of_a_file_is_told(files: Files) -> None:
    (files.directory / "health.toml").unlink()
    (files.directory / "health.toml").mkdir()
    files.take()
    assert files.wrong == {"health": "probes/health.toml cannot be read: is a directory"}


def test_one_file_can_be_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.md").write_text(CHECKLIST)
    path = tmp_path / "health.toml"
    path.write_text(PROBES["health"])
    plan = start_release(tmp_path / "shop.md", path, RELEASE, "production", "now", tmp_path / "j", OPERATOR)
    reloading = Reloading(path, Sampler(SystemClock()))
    path.write_text(PROBES["health"].replace('"< 5"', '"< 7"'))
    with closing(open_journal(tmp_path / "j", read_only=True)) as stored:
        state = Room(stored, SystemClock(), origin="cli@tower:1").release
    reloading.look(plan, state)
    assert ids(reloading.look(plan, state)) == ["health"]


# --- what is told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"100ms"', '"2s"', "every 0.1 s, now 2 s"),
        ('pane = "health"\n', "", "pane health, now none"),
        ("fail =", 'recover = "> 6"\nfail =', "recover none, now > 6"),
        ("127.0.0.1:9", "127.0.0.1:7", "source: url"),
        ("[[check]]", '[[check]]\nget = "status"\nfail = "!= 200"\n[[check]]', "checks 1, now 2"),
    ],
)
def test_what_has_changed_is_told_in_words(files: Files, old: str, new: str, told: str) -> None:
    files.write("health", PROBES["health"].replace(old, new))
    files.take()
    assert files.stored.about("health")[-1].body.detail == told


def test_a_redacted_revision_is_gone_and_the_probe_is_as_before(files: Files) -> None:
    secret = "tamarind-lane"
    files.write("health", PROBES["health"].replace("9/", f"9/{secret}"))
    files.take()
    assert secret in str(files.room.plan.probes_by_id["health"].source)
    files.room.redact(files.room.release.seq, reason="a path nobody should know", actor="ada")
    assert files.room.plan.probes == files.room.agreed.probes
    (erased,) = (event.body for event in files.stored.read() if isinstance(event.body, ProbeRevised))
    assert (erased.spec, erased.toml, erased.text) == (None, None, "[redacted]")
    assert verify(files.journal).answer in ("intact", "unanchored")
    files.stored.close()
    for path in filter(Path.is_file, files.journal.parent.glob("shop.journal*")):
        assert secret.encode() not in path.read_bytes()


# --- the engine


def test_a_replaced_probe_closes_its_source_and_its_track_goes_on() -> None:
    old, new, other = Scripted(lambda _: 7), Scripted(lambda _: 7), Scripted()
    opened = {"probe": iter((old, new)), "other": iter((other,))}
    with running([scripted(), scripted("other")], lambda spec: next(opened[spec.id])) as (engine, watcher):
        watcher.until(lambda: watcher.words()[-1:] and watcher.of("probe")[-1:][0].verdict.word == "warn")
        engine.replace(probe({"kind": "scripted"}, {"warn": "> 8", "fail": "> 10"}, id="probe", **FAST))
        watcher.until(lambda: watcher.of("probe")[-1].verdict.word == "ok")
        assert len(engine.series("probe").tail(10_000)) == len(watcher.of("probe"))  # nothing was dropped
        assert old.closed
        assert not new.closed
        assert not other.closed


def test_another_source_begins_anew() -> None:
    def opened(spec: ProbeSpec) -> Scripted:
        return Scripted(lambda _: 99 if "other" in spec.source else 1)

    with running([scripted()], opened) as (engine, watcher):
        watcher.until(lambda: len(watcher.seen) >= 3)
        fields: dict[str, Any] = {"id": "probe", "every": "9000s", "deadline": "8000s"}
        engine.replace(probe({"kind": "scripted", "other": True}, {"fail": "> 10"}, **fields))
        watcher.until(lambda: watcher.seen[-1].reading.value == 99)
        assert engine.track("probe").window == ("fail",)
        assert [value for _, value, _ in engine.series("probe").tail(99)] == [99]


# --- where they are


def test_the_journal_remembers_where_they_are_for_this_host(files: Files) -> None:
    assert known(files.journal, None) == files.directory
    assert known(files.journal, Path("probes")) == Path("probes")


def test_files_that_are_gone_are_told(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.directory.rename(files.directory.with_name("elsewhere"))
    assert known(files.journal, None) is None
    assert capsys.readouterr().err == (
        f"warroom: {files.directory} is gone; the probes go on as the journal holds them\n"
    )
    with pytest.raises(BadInput, match="there is no nowhere"):
        known(files.journal, Path("nowhere"))


def test_on_another_host_nothing_is_remembered(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    assert known(files.journal, None) is None


def test_a_start_asks_for_commands_of_files_that_have_changed_too(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(files.directory.parent / "state"))
    monkeypatch.setattr(sys, "stdin", StringIO())
    assert in_use(files.room.plan, None) == files.room.plan.probes
    assert approve(in_use(files.room.plan, files.directory)) == frozenset()
    files.write(
        "health",
        'title = "x"\nevery = "5s"\ndeadline = "2s"\n[source]\nkind = "command"\nargv = ["./lag"]\n'
        '[[check]]\nget = "exit_status"\nfail = "!= 0"\n',
    )
    files.write("queue-depth", "?")  # what cannot be read is told in the cockpit
    with pytest.raises(Refused):
        approve(in_use(files.room.plan, files.directory))
    assert in_use(files.room.plan, files.directory)[:4] == files.room.plan.probes  # they run until the files are taken
    assert len(approve(in_use(files.room.plan, files.directory), yes=True)) == 1


def test_a_journal_on_the_shell_shows_what_is_in_force(files: Files) -> None:
    files.write("health", PROBES["health"].replace('title = "Health"', 'title = "Pulse"'))
    files.take()
    shell = Shell(files.directory.parent)
    assert "Pulse: title Health, now Pulse" in shell.ok("log", "-j", files.journal)
    assert {one["title"] for one in shell.json("status", "-j", files.journal)["probes"]} >= {"Pulse"}
