"""Redaction: the bytes of a text are gone, what happened stays, the chain holds, and nobody can do so unseen."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from journal_contract import BODIES, sample
from journal_kit import StillClock, append_all, bytes_of, draft, finished_journal, new_journal, tamper
from warroom.core import events as ev
from warroom.core.errors import BadInput, Busy
from warroom.core.fold import fold
from warroom.core.outcome import Outcome
from warroom.core.release import Release
from warroom.core.texts import without_texts
from warroom.journal import sqlite
from warroom.journal.store import SqliteJournal, open_journal
from warroom.journal.verify import verify
from warroom.report.jsonl import event_line
from warroom.room import Room

SECRET = "KUMQUAT-7719"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    with closing(new_journal(path)) as journal:
        yield journal


def room_of(journal: SqliteJournal) -> Room:
    return Room(journal, StillClock(), origin="test@host:1")


def append(journal: SqliteJournal, *bodies: ev.Body) -> None:
    before = journal.head().seq
    journal.append([draft(f"{before}-{n}", body) for n, body in enumerate(bodies)], after=before)


def redact(journal: SqliteJournal, seq: int, reason: str = "a token") -> ev.Event:
    return room_of(journal).redact(seq, reason=reason, actor="bob")


def test_the_text_goes_and_what_happened_stays(journal: SqliteJournal) -> None:
    append(journal, ev.ItemDone(item="backup", note=f"with {SECRET}", value="41"), ev.Noted(text="fine"))
    before = room_of(journal).release.item("backup")
    told = redact(journal, 1)
    assert (told.seq, told.actor) == (3, "bob")
    erased = next(journal.read())
    assert erased.body == ev.ItemDone(item="backup", note="[redacted]", value="[redacted]")
    assert erased.redacted_by == 3
    after = room_of(journal).release.item("backup")
    assert after == before.model_copy(update={"text": "[redacted]", "value": "[redacted]"})
    assert [event.redacted_by for event in journal.about("backup")] == [3]


def test_exports_say_that_and_by_which_event(journal: SqliteJournal) -> None:
    append(journal, ev.Noted(text=SECRET))
    redact(journal, 1)
    erased, told = (event_line(event) for event in journal.read())
    assert '"body":{"text":"[redacted]","item":""}' in erased
    assert erased.endswith('"redacted_by":2}')
    assert '"reason":"a token"' in told
    assert "redacted_by" not in told


def test_a_redaction_can_be_redacted(journal: SqliteJournal) -> None:
    append(journal, ev.ItemSkipped(item="backup", reason=SECRET))
    redact(journal, 1, reason=f"it said {SECRET}")
    redact(journal, 2)
    first, second, third = journal.read()
    assert first.body == ev.ItemSkipped(item="backup", reason="[redacted]")
    assert (first.redacted_by, second.redacted_by, third.redacted_by) == (2, 3, None)
    assert room_of(journal).release.item("backup").status == "skipped"
    assert verify(journal.path).answer == "unanchored"


@pytest.mark.parametrize(("seq", "sentence"), [(9, "there is no event 9"), (1, "event 1 was redacted already")])
def test_what_cannot_be_redacted_is_told(journal: SqliteJournal, seq: int, sentence: str) -> None:
    append(journal, ev.Noted(text=SECRET))
    redact(journal, 1)
    with pytest.raises(BadInput, match=sentence):
        redact(journal, seq)
    assert journal.head().seq == 2


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.kind)
def test_every_kind_stands_without_its_texts(body: ev.Body) -> None:
    kept = without_texts(body)
    assert kept.subject == body.subject
    assert type(body).model_validate(kept.model_dump(mode="json")) == kept


@pytest.mark.parametrize("seed", range(5))
def test_nothing_of_the_text_is_left_in_the_file(path: Path, seed: int) -> None:
    """Of long bodies and short ones, first ones and late ones; whatever pages they lay on and moved over."""
    chance = random.Random(seed)
    texts = [f"{SECRET}-{n}-" + "x" * chance.choice([0, 30, 900, 5000, 60_000]) for n in range(40)]
    with closing(new_journal(path)) as journal:
        for text in texts:
            append(journal, ev.Noted(text=text))
            journal.record([sample(1)])
        numbers = chance.sample(range(1, 41), 12)
        for seq in numbers:
            redact(journal, seq)
    kept = bytes_of(path)
    for seq, text in enumerate(texts, 1):
        assert (text[:20].encode() in kept) is (seq not in numbers), seq
    assert verify(path).answer == "intact"
    assert verify(path).notes == ("events that were redacted: 12; later events say by whom and why",)


def test_the_output_of_a_command_goes_and_its_result_stays(path: Path) -> None:
    outcome = Outcome(
        ended="failed", exit_status=3, duration_s=1.5, output=SECRET * 1000, output_bytes=9, output_sha256="00", why="x"
    )
    started = ev.StepStarted(
        run="r", target="backup", attempt=1, title="Dump", argv=("pg_dump", SECRET), cwd="/", host="tower", user="ada"
    )
    finished = ev.StepFinished(run="r", target="backup", title="Dump", outcome=outcome)
    with closing(new_journal(path)) as journal:
        append(journal, started, finished)
        redact(journal, 1)
        redact(journal, 2)
        step = room_of(journal).release.item("backup").step
    assert step is not None
    assert (step.phase, step.duration_s, step.why) == ("failed", 1.5, "[redacted]")
    assert SECRET.encode() not in bytes_of(path)


def test_a_verdicts_text_goes_from_the_readings_too(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        journal.record([sample(1).model_copy(update={"text": SECRET, "value": SECRET}), sample(2)])
        append(journal, ev.VerdictChanged(probe="errors", to="fail", was="ok", value=SECRET, text=SECRET))
        redact(journal, 1)
        assert [one.text for one in journal.samples("errors", 5)] == ["[redacted]", "fine"]
    assert SECRET.encode() not in bytes_of(path)


def test_a_snapshot_does_not_bring_the_text_back(path: Path) -> None:
    with closing(new_journal(path)) as journal, closing(open_journal(path)) as other:
        append(journal, ev.ItemDone(item="backup", note=SECRET))
        cockpit = room_of(other)
        journal.keep(cockpit.release)
        assert SECRET.encode() in bytes_of(path)
        salt = journal.recall("snapshot salt")
        redact(journal, 1)
        assert salt.encode() not in bytes_of(path)  # nor can the text be guessed by a hash of the state
        other.keep(cockpit.release)  # it does not know yet
        cockpit.catch_up()
        assert SECRET not in cockpit.release.model_dump_json()
        assert SECRET not in str([event.body for event in cockpit.recent])
        other.keep(cockpit.release)
        assert journal.snapshot() == cockpit.release
    assert SECRET.encode() not in bytes_of(path)


def test_a_reader_that_holds_the_file_is_told_of(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        append(journal, ev.Noted(text=SECRET))
        with closing(sqlite.connect(path, mode="ro")) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
            with pytest.raises(Busy, match="event 1 is redacted, but its bytes stay in"):
                redact(journal_with_no_patience(path), 1)
        assert next(journal.read()).redacted_by == 2
    assert SECRET.encode() not in bytes_of(path)


def journal_with_no_patience(path: Path) -> SqliteJournal:
    return open_journal(path, patience_s=0.05)


REDACTED = """
    INSERT INTO events SELECT seq + 1, at_us, mono_us, v, 'r', 'redacted', actor, origin, 'event:2', body_hash, hash,
    salt, '{"event":2,"reason":"","kept":{}}' FROM events WHERE seq = (SELECT max(seq) FROM events)
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = NULL, salt = NULL WHERE seq = 3",
        "UPDATE events SET body = NULL WHERE seq = 2",
        "UPDATE events SET salt = NULL WHERE seq = 2",
        "UPDATE events SET body = '{}', salt = NULL WHERE seq = 2",
        "UPDATE events SET body = NULL, salt = NULL, actor = 'eve' WHERE seq = 2",
        "UPDATE events SET body = NULL, salt = NULL, hash = x'00' WHERE seq = 2",
        "UPDATE events SET body = NULL, salt = NULL, seq = 9 WHERE seq = 2",
    ],
)
def test_the_file_lets_nothing_else_through(path: Path, statement: str) -> None:
    finished_journal(path, 3)
    with closing(sqlite.connect(path, mode="rw")) as connection:
        connection.execute(REDACTED)
        with pytest.raises(sqlite.Error, match="append-only"):
            connection.execute(statement)
        connection.execute("UPDATE events SET body = NULL, salt = NULL WHERE seq = 2")
        with pytest.raises(sqlite.Error, match="append-only"):
            connection.execute("UPDATE events SET body = NULL, salt = NULL WHERE seq = 2")


def test_an_event_that_was_redacted_before_it_happened_is_not_let_through(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        append(journal, ev.Redacted(event=2, reason="", kept={}), ev.Noted(text="x"))
    with (
        closing(sqlite.connect(path, mode="rw")) as connection,
        pytest.raises(sqlite.Error, match="append-only"),
    ):
        connection.execute("UPDATE events SET body = NULL, salt = NULL WHERE seq = 2")
    tamper(path, "UPDATE events SET body = NULL, salt = NULL WHERE seq = 2")
    assert (verify(path).answer, verify(path).broken_at) == ("broken", 2)


def test_a_body_that_is_gone_without_a_word_is_broken(path: Path) -> None:
    with closing(new_journal(path)) as journal:
        append_all(journal, ["a", "b", "c"])
        redact(journal, 1)
    tamper(path, "UPDATE events SET body = NULL, salt = NULL WHERE seq = 3")
    report = verify(path)
    assert (report.answer, report.broken_at, report.head.seq) == ("broken", 3, 2)
    assert report.why == "the body of event 3 was removed, and no later event says why"


def test_what_is_still_known_folds_as_before(journal: SqliteJournal) -> None:
    bodies = [body for body in BODIES if not isinstance(body, ev.StepInterrupted | ev.Redacted)]  # of things not here
    append(journal, *bodies)
    state = room_of(journal).release
    for seq in range(1, len(bodies) + 1):
        redact(journal, seq)
    after = Release()
    for event in journal.read():
        after = fold(after, event)
    assert {key: item.status for key, item in after.items.items()} == {k: i.status for k, i in state.items.items()}
    assert after.rollback.status == state.rollback.status
    assert (after.name, after.t0_us) == (state.name, state.t0_us)
    assert {key: probe.word for key, probe in after.probes.items()} == {k: p.word for k, p in state.probes.items()}
