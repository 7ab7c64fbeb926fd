"""A journal with hostile text in every field, and what reads its exports."""

import contextlib
import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from cli_kit import Ended, Shell, json_lines
from journal_kit import StillClock, draft
from warroom.cli.main import cli
from warroom.core import events as ev
from warroom.core.definitions import Definitions
from warroom.core.outcome import Outcome
from warroom.core.probe import Check, ProbeSpec
from warroom.core.store import Sample
from warroom.files.checklist_md import parse_checklist
from warroom.journal.store import SqliteJournal, create_journal

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;",
    "formula": "=cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "plus": "+1+cmd",
    "minus": "-1+cmd",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "full width": "＝1+1",
    "behind a semicolon": 'a;=cmd();b\t@cmd,"; =cmd()',
    "quotes": 'a,"b"\r\nc\nd',
    "escape": "\x1b[2J\x1b]0;owned\x07\x9b31m\x7f\0",
    "bidi": "\u202egpj.exe\u2066\u200b",
    "tag": "\U000e0041",
    "fence": "```\n# Owned\n~~~\n<b>\n````",
    "markup": "**b** _i_ [x](javascript:alert(1)) ![i](//h/x) `c` ~~s~~ # h | p $x$ <!-- wr: y -->",
    "comment": "--> <b>--!> -- <!-- ",
    "joined": "পেমেন্ট র\u200d্যাব ক্\u200cষ 👩\u200d🚀",
}
"""By what it tries."""

LONG = "=<b>" + "x" * 1_000_000
CHECKLIST = """\
---
owner: ops
---
# Shop **release**\r
\r
one\rtwo
## Before (T-1 day)\r
- [ ] Back up <b>the database</b> <!-- wr: backup -->\r
  and its `- [ ] box`
* [x] =cmd() | pipe

```
- [ ] no item
```

## Deployment Day
1. [ ] Verify payments <!-- wr: payments -->
   - [X] by card \\
     twice
   - [ ] by cash <!-- wr: cash -->
10) [ ]\tRead the log"""
ITEMS = ("backup", "cmd-pipe", "payments", "by-card-twice", "cash", "read-the-log")
T0_US = 1_772_395_200_000_000  # 2026-03-01T20:00:00Z


def hostile_shell(home: Path) -> Shell:
    """A shell with a journal `shop.journal` of a release at which everybody wrote the worst."""
    with closing(create_journal(home / "shop.journal", definitions(), StillClock(), "0.1.0")) as journal:
        begin(journal, HOSTILE["script"])
        for n, text in enumerate(HOSTILE.values()):
            add(journal, *bodies(text, n), actor=text)
        add(journal, ev.Noted(text=LONG), ev.ItemSkipped(item="cash", reason=LONG), finished(LONG, "long"))
        add(journal, ev.ItemDone(item="backup", value="-12.5"))
        journal.record([reading(n, text) for n, text in enumerate((*HOSTILE.values(), -2.5, 3, True, None))])
    return Shell(home, WARROOM_JOURNAL="shop.journal", WARROOM_OPERATOR="ops-1")


def definitions() -> Definitions:
    health = ProbeSpec(
        id="health",
        title="=Health <b>",
        every=5,
        deadline=2,
        source={"kind": "http", "url": "http://127.0.0.1/"},
        check=(Check(unit="%", fail="> 1"),),
    )
    checklist = parse_checklist(CHECKLIST, "shop.md")
    return Definitions(checklist=checklist, probes=(health,), texts={"shop.md": CHECKLIST, "probes/a.toml": "- [ ] x"})


def begin(journal: SqliteJournal, name: str) -> None:
    add(journal, ev.ReleaseStarted(release=name, environment="prod", t0_us=T0_US, checklist="Shop release"))


def add(journal: SqliteJournal, *said: ev.Body, actor: str = "ada") -> None:
    """Appends events, each a minute after the one before; the first is at T-0."""
    after = journal.head().seq
    drafts = [
        draft(f"e{seq}", body, actor=actor).model_copy(update={"at_us": T0_US + (seq - 1) * 60_000_000})
        for seq, body in enumerate(said, after + 1)
    ]
    journal.append(drafts, after=after)


def bodies(text: str, n: int) -> tuple[ev.Body, ...]:
    seen = (ev.Seen(probe="health", word="fail", value=text, unit=text),)
    return (
        ev.Noted(text=text, item=text),
        ev.ItemDone(item="backup", note=text, value=text, seen=seen),
        ev.ItemSkipped(item="cash", reason=text),
        ev.ItemFailed(item="read-the-log", reason=text, seen=seen),
        ev.StepStarted(
            run=f"r{n}", target="payments", attempt=1, title=text, argv=(text,), cwd=text, host=text, user=text
        ),
        finished(text, f"r{n}"),
        ev.VerdictChanged(probe=text, to="fail", was="ok", value=text, unit=text, text=text),
        ev.DecisionAsked(trigger=text, rule=text, broke=(text,), role=text, within_s=60, seen=seen),
        ev.DecisionTaken(trigger=text, answer="hold", hold_s=60, reason=text, seen=seen),
        ev.RollbackStarted(typed=text, reason=text, steps=1, seen=seen),
        ev.RollbackStopped(step=1, reason=text),
    )


def finished(text: str, run: str) -> ev.StepFinished:
    outcome = Outcome(
        ended="failed", exit_status=1, duration_s=1, output=text, output_bytes=9, output_sha256="0", why=text[:100]
    )
    return ev.StepFinished(run=run, target="payments", title=text[:100], outcome=outcome)


def reading(n: int, value: str | float | None) -> Sample:
    text = value if isinstance(value, str) else ""
    at_us = T0_US + n * 1_000_000
    return Sample(probe="health", at_us=at_us, mono_us=n, took_us=1500, outcome="ok", value=value, text=text, word="ok")


def export(shell: Shell, *options: str) -> Ended:
    """What the command prints. It runs in this process, so it is quick; whatever goes wrong is raised."""
    out, err = io.StringIO(newline=""), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(shell.home):
        cli.main(["export", "-j", "shop.journal", *options], standalone_mode=False)
    return Ended(0, out.getvalue(), err.getvalue())


def exported_csv(shell: Shell, table: str, *options: str) -> Ended:
    return export(shell, "--format", "csv", "--table", table, *options)


def events(shell: Shell) -> list[dict[str, Any]]:
    """All that the journal holds, as its export tells it."""
    return json_lines(export(shell).out)[:-1]


def read_csv(text: str) -> list[dict[str, str]]:
    """As a strict reader of RFC 4180 sees it."""
    csv.field_size_limit(10**8)
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def cells(rows: list[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        yield from row.values()
