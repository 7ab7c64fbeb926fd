"""A release with an incident, told event by event, and its review by the real program."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cli_kit import Shell
from journal_kit import StillClock
from warroom.core import events as ev
from warroom.core.bindings import Bindings, Command, ItemBinding, RollbackPlan, RollbackStep
from warroom.core.definitions import Definitions
from warroom.core.outcome import Ended, Outcome
from warroom.core.probe import Check, ProbeSpec
from warroom.core.review import review
from warroom.core.review_values import Proof, Review
from warroom.core.store import Sample
from warroom.core.trigger import TriggerSpec
from warroom.files.checklist_md import parse_checklist
from warroom.journal.export import readings
from warroom.journal.store import SqliteJournal, create_journal, open_journal

T0_US = 1_772_395_200_000_000  # 2026-03-01T20:00:00Z
NAME = "shop 4.2"
CHECKLIST = """\
# Shop release

## Before (T-1 day)
- [ ] Back up the database <!-- wr: backup -->
- [ ] Read the plan <!-- wr: plan -->

## Deployment Day
- [ ] Deploy <!-- wr: deploy -->
- [ ] Verify payments <!-- wr: payments -->
  - [ ] by card <!-- wr: card -->
- [ ] Drop the old table <!-- wr: drop -->
"""
PROBES = ("health", "errors")
PROOF = Proof(answer="intact", why="as anchor 1 vouches", checkpoint="warroom/x\n1\nabc\n")


class At(NamedTuple):
    """Something that happens `second` seconds from T-0."""

    second: float
    body: ev.Body
    actor: str = "ada"
    origin: str = "cockpit@tower:7"


def definitions() -> Definitions:
    probes = tuple(
        ProbeSpec(
            id=name, title=name.title(), every=5, deadline=2, stale_after=20, pane=pane,
            source={"kind": "http", "url": "http://127.0.0.1/"}, check=(Check(unit="%", warn="> 1", fail="> 2"),),
        )
        for name, pane in zip(PROBES, ("health", "error rate"), strict=True)
    )  # fmt: skip
    bindings = Bindings(
        item={
            "deploy": ItemBinding(step=Command(argv=("true",), expected=10)),
            "payments": ItemBinding(probe="errors"),
            "drop": ItemBinding(people=2, point_of_no_return=True),
        },
        rollback=RollbackPlan(step=(RollbackStep(title="Switch back", argv=("true",)),), verify=("errors",)),
        trigger={"sick": TriggerSpec(probes=("errors",))},
    )
    checklist = parse_checklist(CHECKLIST, "shop.md")
    return Definitions(checklist=checklist, bindings=bindings, probes=probes, texts={"shop.md": CHECKLIST})


def begun(second: float = -90_000) -> At:
    body = ev.ReleaseStarted(release=NAME, environment="production", t0_us=T0_US, checklist="Shop release")
    return At(second, body, origin="cli@tower:1")


def opened(second: float, origin: str = "cockpit@tower:7", user: str = "deploy") -> At:
    body = ev.CockpitOpened(host="tower", user=user, pid=7, version="0.1.0")
    return At(second, body, origin=origin)


def verdict(second: float, probe: str, to: str, was: str = "ok") -> At:
    body = ev.VerdictChanged.model_validate({"probe": probe, "to": to, "was": was, "text": f"{probe} is {to}"})
    return At(second, body, "warroom")


def seen(word: str = "fail") -> tuple[ev.Seen, ...]:
    return (ev.Seen.model_validate({"probe": "errors", "word": word, "value": 3.5, "unit": "%", "age_s": 1.5}),)


def asked(second: float) -> At:
    body = ev.DecisionAsked(trigger="sick", rule="r", broke=("Errors",), role="lead", within_s=60, seen=seen())
    return At(second, body, "warroom")


def decided(second: float, answer: str, actor: str = "ada") -> At:
    body = ev.DecisionTaken.model_validate({"trigger": "sick", "answer": answer, "reason": "why not", "seen": seen()})
    return At(second, body, actor)


def finished(second: float, target: str, ended: Ended = "done", run: str = "r1") -> At:
    outcome = Outcome(
        ended=ended, exit_status=0, duration_s=2, output="switched\n", output_bytes=9, output_sha256="0", why="well"
    )
    return At(second, ev.StepFinished(run=run, target=target, title=target, outcome=outcome))


def started(second: float, target: str, run: str = "r1") -> At:
    body = ev.StepStarted(
        run=run, target=target, attempt=1, title=target, argv=("true",), cwd="/", host="tower", user="deploy"
    )
    return At(second, body)


def reading(second: float, probe: str, value: float | str | None, outcome: str = "ok") -> Sample:
    at_us = T0_US + round(second * 1e6)
    return Sample.model_validate(
        {
            "probe": probe, "at_us": at_us, "mono_us": mono_us(second), "took_us": 900, "outcome": outcome,
            "value": value, "text": f"{value} %", "word": "ok",
        }
    )  # fmt: skip


def mono_us(second: float) -> int:
    return 200_000_000_000 + round(second * 1e6)


INCIDENT: tuple[At, ...] = (
    begun(),
    At(-80_000, ev.ItemDone(item="backup"), "ben", "cli@tower:2"),
    At(-79_000, ev.ItemSkipped(item="plan", reason="known by heart"), "ben", "cli@tower:2"),
    opened(-60),
    verdict(-58, "errors", "ok", "pending"),
    verdict(-58, "health", "ok", "pending"),
    At(-58, ev.TriggerArmed(trigger="sick"), "warroom"),
    At(-50, ev.RollbackArmed(signature=1), "ada"),
    At(-45, ev.RollbackArmed(signature=2), "ben", "cli@desk:9"),
    started(120, "deploy"),
    finished(122, "deploy"),
    At(125, ev.ItemDone(item="deploy", note="green")),
    At(140, ev.Noted(text="follow-up: ask the bank", item="payments"), "ben", "cli@tower:3"),
    verdict(165, "health", "unknown"),
    verdict(180, "errors", "fail"),
    verdict(185, "health", "ok", "unknown"),
    asked(210),
    decided(222.5, "rollback"),
    At(222.5, ev.RollbackStarted(typed=NAME, reason="errors", steps=1, seen=seen())),
    started(223, "rollback:1", "r2"),
    finished(230, "rollback:1", run="r2"),
    At(231, ev.RolledBack(took_s=8.5)),
    verdict(250, "errors", "ok", "fail"),
    At(260, ev.Restored(took_s=29), "warroom"),
    At(290, ev.CockpitClosed()),
)
"""First bad reading at 160 s, seen at 180, asked at 210, decided at 222.5, rolled back at 231, restored at 260."""


def bad(second: float) -> bool:
    return 160 <= second < 240 or second == 100  # one bad reading long before is no incident


def readings_every_5_s() -> list[Sample]:
    """From both probes, as long as the cockpit is open."""
    made = []
    for second in range(-55, 290, 5):
        made.append(reading(second, "health", 0.5))
        made.append(reading(second, "errors", 4.0 if bad(second) else 0.5, "fail" if bad(second) else "ok"))
    return made


def write(path: Path, happened: Sequence[At] = INCIDENT, samples: Sequence[Sample] | None = None) -> Path:
    """A closed journal in which this happened."""
    with closing(create_journal(path, definitions(), StillClock(), "0.1.0")) as journal:
        drafts = [
            ev.Draft(
                id=f"e{number}", at_us=T0_US + round(at.second * 1e6), mono_us=mono_us(at.second), actor=at.actor,
                origin=at.origin, body=at.body,
            )
            for number, at in enumerate(happened, 1)
        ]  # fmt: skip
        journal.append(drafts, after=0)
        journal.record(readings_every_5_s() if samples is None else samples)
    return path


def shell(home: Path, happened: Sequence[At] = INCIDENT, samples: Sequence[Sample] | None = None) -> Shell:
    write(home / "shop.journal", happened, samples)
    return Shell(home, WARROOM_JOURNAL="shop.journal", WARROOM_OPERATOR="ops-1")


def reviewed(path: Path, happened: Sequence[At] = INCIDENT, samples: Sequence[Sample] | None = None) -> Review:
    """The review of what happened."""
    return review_of(write(path, happened, samples))


def review_of(path: Path) -> Review:
    with closing(open_journal(path, read_only=True)) as journal:
        return _review(journal)


def _review(journal: SqliteJournal) -> Review:
    return review(journal.definitions(), journal.read(), lambda: readings(journal), PROOF)
