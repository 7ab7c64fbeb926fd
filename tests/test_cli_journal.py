"""The commands on the journal's file, as a shell runs them: what they print, what they leave, how they end."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from journal_kit import append_all, bytes_of, draft, tamper
from room_kit import begin
from warroom.core import events as ev
from warroom.journal.checkpoint import parse_checkpoint
from warroom.journal.fallback import fallback_path
from warroom.journal.store import open_journal
from warroom.journal.verify import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A release with three events."""
    with closing(open_journal(begin(tmp_path / "shop.journal"))) as journal:
        journal.append([draft("a", ev.ItemDone(item="backup", note="by KUMQUAT")), draft("b")], after=1)
    return tmp_path / "shop.journal"


def warroom(*arguments: str | Path, status: int = 0) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run([sys.executable, "-m", "warroom", *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == status, done
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("statements", "answer", "status"),
    [
        ([], "intact", 0),
        (["UPDATE events SET actor = 'eve' WHERE seq = 2"], "broken", 65),
        (["DELETE FROM events WHERE seq = 3"], "truncated", 66),
        (["DELETE FROM anchors"], "unanchored", 67),
    ],
)
def test_each_answer_has_its_exit_status(path: Path, statements: list[str], answer: str, status: int) -> None:
    tamper(path, *statements)
    done = warroom("verify", "-j", path, status=status)
    assert done.stdout.startswith(f"{answer}: ")
    assert bool(done.stderr) is bool(status)
    assert json.loads(warroom("verify", "-j", path, "--json", status=status).stdout)["answer"] == answer


def test_a_checkpoint_elsewhere_vouches_against_whoever_rewrites_the_file(path: Path, tmp_path: Path) -> None:
    printed = warroom("anchor", "-j", path, "-o", tmp_path / "checkpoint").stdout
    assert (tmp_path / "checkpoint").read_text() == printed
    assert parse_checkpoint(printed).size == 3
    assert "as the checkpoint vouches" in warroom("verify", "-j", path, "--checkpoint", tmp_path / "checkpoint").stdout
    with closing(open_journal(path)) as journal:
        assert journal.anchors.all()[-1].sink == str(tmp_path / "checkpoint")
    tamper(path, "DELETE FROM events WHERE seq = 3", "DELETE FROM anchors")
    warroom("verify", "-j", path, status=67)
    warroom("verify", "-j", path, "--checkpoint", tmp_path / "checkpoint", status=66)
    assert "exists already" in warroom("anchor", "-j", path, "-o", tmp_path / "checkpoint", status=2).stderr


def test_an_export_vouches_as_well(path: Path, tmp_path: Path) -> None:
    warroom("export", "-j", path, "-o", tmp_path / "export.jsonl")
    tamper(path, "DELETE FROM events WHERE seq = 3", "DELETE FROM anchors")
    warroom("verify", "-j", path, "--checkpoint", tmp_path / "export.jsonl", status=66)


@pytest.mark.real
def test_a_signature_is_made_and_checked(path: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (tmp_path / "allowed").write_text(f"ada@shop.test {key.with_suffix('.pub').read_text()}")
    warroom("anchor", "-j", path, "--sign", key, "-o", tmp_path / "checkpoint")
    signers = ("--allowed-signers", tmp_path / "allowed")
    assert "signed by ada@shop.test" in warroom("verify", "-j", path, *signers).stdout
    outside = warroom("verify", "-j", path, *signers, "--checkpoint", tmp_path / "checkpoint")
    assert "the checkpoint, signed by ada@shop.test, vouches" in outside.stdout
    (tmp_path / "checkpoint.sig").write_text("forged")
    refused = warroom("verify", "-j", path, *signers, "--checkpoint", tmp_path / "checkpoint", status=2)
    assert "not by an allowed signer" in refused.stderr


def test_redact_prints_the_event_that_tells_of_it(path: Path) -> None:
    assert warroom("redact", "2", "--reason", "a name", "-j", path, "--as", "bob").stdout == "4\n"
    log = warroom("log", "-j", path).stdout
    assert "KUMQUAT" not in log
    assert "bob" in log
    assert "a name" in log
    assert "KUMQUAT" not in warroom("export", "-j", path, "--format", "markdown").stdout
    assert b"KUMQUAT" not in bytes_of(path)
    status = json.loads(warroom("status", "-j", path, "--json").stdout)
    assert {item["id"]: item["status"] for item in status["items"]}["backup"] == "done"
    assert "there is no event 99" in warroom("redact", "99", "--reason", "x", "-j", path, status=2).stderr
    assert "Missing" not in warroom("redact", "1", "-j", path, status=2).stdout


def test_backup_makes_a_copy_that_verifies(path: Path, tmp_path: Path) -> None:
    assert warroom("backup", "-j", path, tmp_path / "copy").stdout == f"{tmp_path / 'copy'}\n"
    assert verify(tmp_path / "copy").answer == "intact"
    assert "exists already" in warroom("backup", "-j", path, tmp_path / "copy", status=2).stderr


def test_import_tells_what_it_added_and_names_what_it_could_not_read(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        journal.fallback.append([draft("b"), draft("c")])
        file = fallback_path(path)
        assert warroom("import", file, "-j", path).stdout == "1 new, 1 known already\n"
        journal.fallback.append([draft("d"), draft("e")])
        file.write_text(file.read_text()[:-30])
        append_all(journal, ["meanwhile"])
    done = warroom("import", file, "-j", path, "--json", status=65)
    assert json.loads(done.stdout)["new"] == 1
    assert f"{file}:4: " in done.stderr
    assert "1 lines of" in done.stderr
    with closing(open_journal(path, read_only=True)) as journal:
        told = [event.body.detail if event.actor == "warroom" else event.id for event in journal.read()]
    late = f"stored late: 1 event kept in {file} while the journal could not be written"
    assert told[1:] == ["a", "b", "c", late, "meanwhile", "d", late]


def test_log_leaves_bookkeeping_out_and_export_does_not(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        journal.append([draft("g", ev.SamplesDigest(first=1, last=2, count=2, sha256="00"))], after=3)
        append_all(journal, ["h"])
    assert "readings" not in warroom("log", "-j", path).stdout
    assert len(warroom("log", "-n", "2", "-j", path).stdout.splitlines()) == 2
    assert "samples_digest" in warroom("export", "-j", path).stdout
