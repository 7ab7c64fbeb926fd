"""Acts of CI: an idempotency key makes a retry harmless, and a machine cannot stand in for people."""

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

from cli_kit import PROGRAM, Shell, begun, events
from cockpit_releases import begin
from warroom.core.events import VerdictChanged
from warroom.core.trigger_decisions import arm, ask
from warroom.journal.store import open_journal
from warroom.room import Room

SIDE_FILE = """
[item.backup]
people = 2
[item.card]
required = true
[rollback]
verify = ["health"]
[[rollback.step]]
title = "Back"
argv = ["true"]
[trigger.sick]
probes = ["health"]
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return begun(tmp_path)


@pytest.fixture
def two(tmp_path: Path) -> Shell:
    """A release with items for two people, a rollback plan and a trigger."""
    journal = begin(tmp_path, side_file=SIDE_FILE, armed=False)
    return Shell(tmp_path, WARROOM_JOURNAL=str(journal), WARROOM_OPERATOR="ops-1")


@pytest.mark.parametrize(
    "act",
    [
        ("tick", "backup", "--note", " fine ", "--value", "41 GB"),
        ("skip", "backup", "--reason", "no data"),
        ("fail", "backup", "--reason", "disk"),
        ("note", "backup", "a word"),
        ("note", "a word"),
    ],
    ids=" ".join,
)
def test_the_same_act_under_the_same_key_happens_once(shell: Shell, act: tuple[str, ...]) -> None:
    first = shell.json(*act, "--key", "job-7")
    head = len(events(shell))
    assert shell.json(*act, "--key", "job-7") == first
    assert shell.ok(*act, "--key", "job-7") == f"{first['seq']}\n"
    assert len(events(shell)) == head


def test_what_was_undone_meanwhile_is_not_done_again(shell: Shell) -> None:
    ticked = shell.ok("tick", "backup", "--key", "job-7")
    shell.ok("reopen", "backup", "--key", "job-8")
    assert shell.ok("tick", "backup", "--key", "job-7") == ticked
    assert shell.json("status")["items"][0]["status"] == "open"
    assert shell.ok("tick", "backup", "--key", "job-9") != ticked


@pytest.mark.parametrize(
    "other",
    [
        ("tick", "log"),
        ("tick", "backup", "--note", "another note"),
        ("tick", "backup", "--as", "ops-2"),
        ("skip", "backup", "--reason", "no data"),
    ],
    ids=" ".join,
)
def test_another_act_under_a_used_key_is_refused(shell: Shell, other: tuple[str, ...]) -> None:
    shell.ok("tick", "backup", "--note", "fine", "--key", "job-7")
    head = len(events(shell))
    said = shell.refused(64, *other, "--key", "job-7")
    assert said == ('the key "job-7" was used for another act: event 2, tick by ops-1; give each act a key of its own')
    assert len(events(shell)) == head


def test_a_key_belongs_to_one_journal(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "next").mkdir()
    other = begun(tmp_path / "next")
    assert shell.json("tick", "backup", "--key", "k")["id"] != other.json("tick", "backup", "--key", "k")["id"]


@pytest.mark.parametrize("key", ["", " ", "a\tb", "k" * 201], ids=repr)
def test_a_key_is_a_name(shell: Shell, key: str) -> None:
    assert "a key is 1 to 200 printable characters" in shell.refused(2, "tick", "backup", "--key", key)


def test_a_refused_act_leaves_its_key_free(shell: Shell) -> None:
    assert "of the items under it" in shell.refused(64, "tick", "payments", "--key", "job-7")
    shell.ok("tick", "card")
    shell.ok("tick", "payments", "--key", "job-7")


def test_a_text_that_was_redacted_is_still_answered(shell: Shell) -> None:
    first = shell.ok("note", "the token is 1234", "--key", "job-7")
    shell.ok("redact", first.strip(), "--reason", "a token")
    assert shell.ok("note", "the token is 1234", "--key", "job-7") == first
    assert "another act" in shell.refused(64, "tick", "backup", "--key", "job-7")


def test_many_at_once_with_one_key_are_one_event(shell: Shell) -> None:
    argv = [*PROGRAM, "note", "deployed", "--key", "job-7"]
    at_once = [
        subprocess.Popen(argv, cwd=shell.home, env=shell.environ, stdout=subprocess.PIPE, text=True) for _ in range(5)
    ]
    said = {process.communicate(timeout=60)[0] for process in at_once}
    assert said == {"2\n"}
    assert len(events(shell)) == 2


def test_the_first_and_the_second_signature_each_have_their_key(two: Shell) -> None:
    first = two.ok("tick", "backup", "--key", "a")
    assert two.ok("tick", "backup", "--key", "a") == first
    second = two.ok("tick", "backup", "--key", "b", "--as", "sre-1")
    assert two.ok("tick", "backup", "--key", "b", "--as", "sre-1") == second != first


def test_arming_and_answers_take_a_key(two: Shell, tmp_path: Path) -> None:
    armed = two.ok("arm", "--key", "a")
    assert two.ok("arm", "--key", "a") == armed
    fire(tmp_path / "shop.journal")
    held = two.ok("decide", "sick", "--hold", "5", "--key", "h")
    assert two.ok("decide", "sick", "--hold", "5", "--key", "h") == held
    assert "another act" in two.refused(64, "decide", "sick", "--hold", "6", "--key", "h")


def fire(journal: Path) -> None:
    """Its trigger asks."""
    stored = open_journal(journal)
    room = Room(stored, _Clock(), origin="cockpit@prod-ops-1:1")
    room.act(lambda _plan, _state: (VerdictChanged(probe="health", to="ok", was="pending"),), actor="warroom")
    room.act(partial(arm, name="sick"), actor="warroom")
    room.act(partial(ask, name="sick", broke=("Health: 1",), seen=()), actor="warroom")
    stored.close()


class _Clock:
    def utc_us(self) -> int:
        return 1_772_395_200_000_000

    mono_us = utc_us


def test_a_refused_self_confirmation_is_in_the_journal(two: Shell) -> None:
    two.ok("tick", "backup")
    for _ in range(2):
        assert "ops-1 has signed already" in two.refused(64, "tick", "backup")
    refused = [event for event in events(two) if event["kind"] == "self_confirmation_refused"]
    assert [(event["actor"], event["subject"]) for event in refused] == [("ops-1", "backup")]
    assert "refused" in two.ok("log")


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (("tick", "backup"), "sign for an item that takes two people"),
        (("skip", "card", "--reason", "later"), "skip a required item"),
        (("arm",), "arm a rollback"),
        (("decide", "sick", "--override", "it is only a test"), "answer what a trigger asks"),
    ],
    ids=lambda case: " ".join(case) if isinstance(case, tuple) else "",
)
def test_a_machine_cannot_stand_in_for_people(two: Shell, act: tuple[str, ...], what: str) -> None:
    said = two.refused(64, *act, "--as", "ci:1882")
    assert f"ci:1882 is a machine, and a machine cannot {what}" in said


def test_what_a_machine_did_is_marked(two: Shell) -> None:
    two.ok("tick", "restore", "--as", "ci:1882")
    assert "[restore]  ci:1882 (machine)" in two.ok("status")
    assert json.loads(two.ok("log", "--json").splitlines()[-1])["actor"] == "ci:1882"
