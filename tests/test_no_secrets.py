"""A secret that is known, or looks like one, appears nowhere: not in the journal's bytes, its exports or its files."""

import io
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_contract import sample
from journal_kit import bytes_of, definitions, draft, new_journal
from warroom.core import events as ev
from warroom.core.outcome import Outcome
from warroom.core.redaction import MARK, Redactor, secrets_of
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.export import event_lines
from warroom.journal.fallback import fallback_path
from warroom.journal.store import SqliteJournal, open_journal
from warroom.report.jsonl import event_line, write_jsonl
from warroom.report.markdown import write_markdown
from warroom.room import Room

KNOWN = "zebra-battery-9"
FORMS = {
    "of an environment variable": (f"connected with {KNOWN}.", KNOWN),
    "in a header": ("> Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
    "set in an output": ("DB_PASSWORD=correcthorse", "correcthorse"),
    "in JSON": ('{"client_secret": "correcthorse"}', "correcthorse"),
    "in a URL": ("GET https://ada:correcthorse@shop.test/health", "correcthorse"),
    "a token in a URL": ("git clone https://0123456789abcdef0123@git.test/shop", "0123456789abcdef0123"),
    "an access key": ("AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"),
    "a web token": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIiOiIxIn0"),
    "a private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIB\n-----END RSA PRIVATE KEY-----", "MIIEowIB"),
}
EVERY_TEXT = pytest.mark.parametrize("name", FORMS)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_TOKEN", KNOWN)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(tmp_path / "journal")) as journal:
        yield journal


def bodies(text: str) -> tuple[ev.Body, ...]:
    """A secret wherever somebody or something can put one."""
    seen = (ev.Seen(probe="errors", word="fail", value=text),)
    outcome = Outcome(
        ended="failed", exit_status=1, duration_s=1, output=f"a\n{text}\nb", output_bytes=9, output_sha256="0", why=text
    )
    return (
        ev.ItemDone(item="backup", note=text, value=text, seen=seen),
        ev.ItemSkipped(item="backup", reason=text),
        ev.ItemFailed(item="backup", reason=text, seen=seen),
        ev.ItemReopened(item="backup", reason=text),
        ev.Noted(text=text),
        ev.StepStarted(
            run="r", target="backup", attempt=1, title="Dump", argv=("curl", text), cwd=f"/{text}", host="h", user="u"
        ),
        ev.StepFinished(run="r", target="backup", title="Dump", outcome=outcome),
        ev.RollbackStarted(typed=text, reason=text, steps=2, seen=seen),
        ev.RollbackStepSkipped(step=1, reason=text),
        ev.RollbackStopped(step=1, reason=text),
        ev.Restored(took_s=1, seen=seen),
        ev.VerdictChanged(probe="errors", to="fail", was="ok", value=text, text=text),
        ev.Redacted(event=1, reason=text, kept={"note": text, "list": [text]}),
    )


@EVERY_TEXT
def test_no_event_and_no_reading_holds_it(journal: SqliteJournal, name: str) -> None:
    text, secret = FORMS[name]
    stored = journal.append([draft(f"d{n}", body) for n, body in enumerate(bodies(text))], after=0)
    journal.record([sample(1, text).model_copy(update={"text": text})])
    journal.fallback.append([draft("f", ev.Noted(text=text))])
    room = Room(journal, Clock(), origin="test@host:1")
    journal.keep(room.release)
    out = io.StringIO()
    write_jsonl(out, event_lines(journal, journal.head().seq, event_line), checkpoint_text(journal))
    write_markdown(out, room.plan, room.release, journal.read(), checkpoint_text(journal))
    assert MARK in out.getvalue()
    assert secret not in out.getvalue()
    assert all(secret not in str(event.body) for event in stored)
    for part in secret.splitlines():
        assert part.encode() not in bytes_of(journal.path)
    assert secret not in fallback_path(journal.path).read_text()
    assert MARK in str(journal.samples("errors", 1)[0].value)


class Clock:
    def utc_us(self) -> int:
        return 0

    def mono_us(self) -> int:
        return 0


def test_names_by_which_the_state_is_found_stay(tmp_path: Path) -> None:
    """A password may be a word that is an item's id as well; a tick must not miss its item for that."""
    with closing(new_journal(tmp_path / "journal")) as journal:
        path = journal.path
    with closing(open_journal(path, redactor=Redactor(secrets_of({"DB_PASSWORD": "backup"})))) as journal:
        (stored,) = journal.append([draft("a", ev.ItemDone(item="backup", note="backup is done"))], after=0)
        assert stored.body == ev.ItemDone(item="backup", note=f"{MARK} is done")
        assert journal.about("backup") == (stored,)


def test_how_many_were_taken_out_can_be_counted(journal: SqliteJournal) -> None:
    journal.append([draft("a", ev.Noted(text=f"{KNOWN} and {KNOWN}")), draft("b")], after=0)
    sql = "SELECT sum((length(body) - length(replace(body, '[redacted]', ''))) / 10) FROM events"
    assert journal._file.rows(sql) == [(2,)]


def test_text_without_secrets_stays_as_it_is(journal: SqliteJournal) -> None:
    text = "password rotation: done; see https://shop.test/keys?page=2, key 7 of 12"
    (stored,) = journal.append([draft("a", ev.Noted(text=text))], after=0)
    assert stored.body == ev.Noted(text=text)


def test_the_environment_is_what_counts_unless_another_redactor_is_given(tmp_path: Path) -> None:
    assert os.environ["SHOP_API_TOKEN"] == KNOWN
    with closing(new_journal(tmp_path / "journal")) as journal:
        journal.append([draft("a", ev.Noted(text=KNOWN))], after=0)
    with closing(open_journal(tmp_path / "journal", redactor=Redactor())) as journal:
        (stored,) = journal.append([draft("b", ev.Noted(text=KNOWN))], after=1)
        assert stored.body == ev.Noted(text=KNOWN)
        assert journal.definitions() == definitions()
