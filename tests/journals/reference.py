"""Makes the reference journal of the newest format, once, when that is released: `python tests/journals/reference.py`.

It holds every kind of event, readings, anchors, a snapshot and a redaction. What it must say for ever stands beside it:
the status, and the export.
"""

import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from journal_contract import BODIES
from journal_kit import draft
from release_kit import plan
from warroom.core import events as ev
from warroom.core.outcome import Outcome
from warroom.core.store import Sample
from warroom.core.views import stored_verdict
from warroom.journal.backup import backup
from warroom.journal.checkpoint import checkpoint_text
from warroom.journal.schema import FORMAT
from warroom.journal.store import SqliteJournal, create_journal, open_journal
from warroom.report.jsonl import event_line, write_jsonl
from warroom.report.status import status_document
from warroom.room import Room

START_US = 1_767_225_600_000_000
SEEN = (ev.Seen(probe="health", word="fail", value=2.5, unit="%", age_s=0.5),)
DONE = Outcome(
    ended="done", exit_status=0, duration_s=1.25, output="ok\n", output_bytes=3, output_sha256="00", why="exit status 0"
)


def step(run: str, target: str) -> tuple[ev.Body, ...]:
    started = ev.StepStarted(
        run=run, target=target, attempt=1, title=target, argv=("switch", "blue"), cwd="/srv", host="tower", user="ada"
    )
    return started, ev.StepFinished(run=run, target=target, title=target, outcome=DONE)


STORY: tuple[ev.Body, ...] = (
    ev.ReleaseStarted(release="shop 4.2", environment="production", t0_us=START_US, checklist="Shop"),
    ev.CockpitOpened(host="tower", user="ada", pid=4711, version="0.1.0"),
    ev.DriverTook(host="tower", user="ada", pid=4711),
    ev.ItemDone(item="backup", note="from the replica", value="41 GB", seen=SEEN),
    ev.ItemReopened(item="backup", reason="it was the wrong one"),
    ev.ItemSkipped(item="backup", reason="the token is KUMQUAT"),
    ev.ItemFailed(item="card", reason="declined — twice", seen=SEEN),
    ev.ItemDone(item="cash"),
    ev.Noted(text="চেকলিস্ট 日本語 👩\u200d🚀 \x1b[31m", item="pay"),
    ev.Noted(text="about the release"),
    *step("run-1", "deploy"),
    ev.VerdictChanged(probe="health", to="ok", was="pending", value=0.5, unit="%"),
    ev.VerdictChanged(probe="health", to="fail", was="ok", value=2.5, unit="%", text="2.5 % > 1 %"),
    ev.ClockJumped(by_s=-3.5),
    ev.RollbackStarted(typed="shop 4.2", reason="errors", steps=2, seen=SEEN),
    *step("run-2", "rollback:1"),
    step("run-3", "rollback:2")[0],
    ev.StepInterrupted(run="run-3", target="rollback:2", title="Drain"),
    ev.RollbackStopped(step=2, reason="to think"),
    ev.RollbackStepSkipped(step=2, reason="drained by hand"),
    ev.RolledBack(took_s=61.5),
    ev.Restored(took_s=30.0, seen=SEEN),
)
OTHERS = tuple(
    body
    for body in BODIES
    if type(body)
    not in {type(told) for told in STORY} | {ev.Redacted, ev.SamplesDigest, ev.SnapshotKept, ev.CockpitClosed}
)
"""One of every kind that has no part in the story."""

STORY = (*STORY, *OTHERS, ev.CockpitClosed())


def make(path: Path) -> None:
    """A journal at `path`, closed."""
    with closing(create_journal(path, plan(), Clock(), "0.1.0")) as journal:
        for n, body in enumerate(STORY):
            at_us = START_US + n * 1_000_000
            wish = draft(f"event-{n}", body).model_copy(update={"at_us": at_us, "mono_us": n * 1_000_000})
            journal.append([wish], after=n)
        journal.anchor("rollback ended")
        journal.record([sample(n) for n in range(60)])
        journal.keep(Room(journal, Clock(), origin="cli@tower:1").release)
        hashes = journal.tend(START_US)
        journal.append([draft(body.kind, body) for body in hashes], after=len(STORY))
        room = Room(journal, Clock(), origin="cli@tower:1")
        room.redact(6, reason="a token", actor="bob")
        journal.keep(Room(journal, Clock(), origin="cli@tower:1").release)


def sample(n: int) -> Sample:
    at_us = START_US + n * 1_000_000
    outcome = "fail" if n > 50 else "ok"
    return Sample(probe="health", at_us=at_us, mono_us=n, took_us=1500, outcome=outcome, value=n / 20, word="ok")


class Clock:
    """Stands still at the end of the story."""

    def utc_us(self) -> int:
        return START_US + 120_000_000

    def mono_us(self) -> int:
        return 120_000_000


def status(journal: SqliteJournal) -> dict[str, object]:
    room = Room(journal, Clock(), origin="cli@tower:1")
    verdicts = [stored_verdict(spec, journal.samples(spec.id, 20), Clock().utc_us()) for spec in room.plan.probes]
    return status_document(room.plan, room.release, verdicts, Clock().utc_us())


def main() -> None:
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as directory:
        make(Path(directory, "journal"))
        backup(Path(directory, "journal"), here / f"format-{FORMAT}.journal")
        with closing(open_journal(Path(directory, "journal"), read_only=True)) as journal:
            said = json.dumps(status(journal), ensure_ascii=False, indent=1)
            (here / f"format-{FORMAT}.json").write_text(said + "\n", encoding="utf-8")
            with (here / f"format-{FORMAT}.jsonl").open("w", encoding="utf-8", newline="\n") as out:
                write_jsonl(out, map(event_line, journal.read()), checkpoint_text(journal))


if __name__ == "__main__":
    main()
